"""Lists of videos with labels, groups and splits. A new dataset is one file and one line here.

from adf.extract.datasets import DATASETS
videos = DATASETS["ucf101"](Path("UCF-101"), lists=Path("ucfTrainTestlist"))
videos.require_all(Path("missing.txt"))
plan = videos.plan(views=4)
"""

from adf.extract.datasets.folder import folder
from adf.extract.datasets.hmdb51 import hmdb51
from adf.extract.datasets.jhmdb21 import jhmdb21
from adf.extract.datasets.manifest import csv
from adf.extract.datasets.ucf101 import ucf101
from adf.extract.datasets.videos import Reader as Reader
from adf.extract.datasets.videos import VideoList as VideoList
from adf.registry import Registry

DATASETS: Registry[Reader] = Registry("dataset", ucf101, hmdb51, jhmdb21, folder, csv)
