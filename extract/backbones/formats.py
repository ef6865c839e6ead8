"""What clips a checkpoint family expects: size, length, channels, and the range of its values."""

from dataclasses import dataclass

from adf.errors import ConfigError


@dataclass(frozen=True)
class Normalisation:
    """Pixels are brought to ``0..top`` first; then the mean is subtracted, and divided by std."""

    name: str
    top: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def neutral_flow(self, name: str) -> "Normalisation":
        """Return the preset for flow on a stem averaged over RGB: no motion is 0, std the mean."""
        std = round(sum(self.std) / len(self.std), 6)
        return Normalisation(name, self.top, (self.top / 2,) * 2, (std, std))


@dataclass(frozen=True)
class ClipFormat:
    """What a network wants to be given: ``channels frames size size``, one of some presets."""

    channels: int
    frames: int
    size: int
    normalisations: tuple[Normalisation, ...]

    @property
    def normalisation(self) -> Normalisation:
        """The preset that holds unless another one is named."""
        return self.normalisations[0]


@dataclass(frozen=True)
class Family:
    """Checkpoints trained in the same way, with their presets by number of channels."""

    name: str
    frames: int
    size: int
    presets: tuple[Normalisation, ...]

    def format(self, channels: int) -> ClipFormat:
        """Return the clip format for networks with this many input channels."""
        fitting = tuple(preset for preset in self.presets if len(preset.mean) == channels)
        if not fitting:
            known = sorted({len(preset.mean) for preset in self.presets})
            raise ConfigError(
                f"no network of the family {self.name} takes {channels} channels: "
                f"choose {' or '.join(map(str, known))}"
            )
        return ClipFormat(channels, self.frames, self.size, fitting)


# The nets of 2020 (K-700) were trained in 0..1 with the statistics of Kinetics.
KINETICS_UNIT = Normalisation(
    "kinetics-unit", 1, (0.4345, 0.4051, 0.3775), (0.2768, 0.2713, 0.2737)
)
ACTIVITYNET_UNIT = Normalisation(
    "activitynet-unit", 1, (0.4477, 0.4209, 0.3906), (0.2767, 0.2695, 0.2714)
)
# Those of 2017 and 2018, and MARS, in 0..255 without a division.
ACTIVITYNET_255 = Normalisation(
    "activitynet-255", 255, (114.7748, 107.7354, 99.4750), (1.0, 1.0, 1.0)
)
TORCHVISION = Normalisation(
    "torchvision", 1, (0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)
)
KINETICS_FLOW = KINETICS_UNIT.neutral_flow("kinetics-unit-flow")
FLOW_255 = Normalisation("flow-255", 255, (127.5, 127.5), (1.0, 1.0))
TORCHVISION_FLOW = TORCHVISION.neutral_flow("torchvision-flow")

NORMALISATIONS = {
    preset.name: preset
    for preset in (
        KINETICS_UNIT,
        ACTIVITYNET_UNIT,
        ACTIVITYNET_255,
        TORCHVISION,
        KINETICS_FLOW,
        FLOW_255,
        TORCHVISION_FLOW,
    )
}

KENSHOHARA = Family(
    "kenshohara", 16, 112, (KINETICS_UNIT, ACTIVITYNET_UNIT, ACTIVITYNET_255, KINETICS_FLOW)
)
MARS = Family("mars", 16, 112, (ACTIVITYNET_255, FLOW_255))
TORCHVISION_112 = Family("torchvision", 16, 112, (TORCHVISION, TORCHVISION_FLOW))
TORCHVISION_224 = Family("torchvision", 16, 224, (TORCHVISION, TORCHVISION_FLOW))
