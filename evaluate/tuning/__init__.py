"""Hyper-parameters of training one genotype: trials, sampled by what earlier ones showed."""
