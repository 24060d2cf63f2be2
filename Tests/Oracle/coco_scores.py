"""Prints coco-scores.txt: the average precisions that COCO's own evaluation gives to boxes made by a formula.

    python Tests/Oracle/coco_scores.py > Tests/Oracle/coco-scores.txt

A line is a seed | for each of three classes AP at an overlap of 0.5 | AP at 0.75 | mean AP over 0.5 to 0.95. Recorded with pycocotools 2.0.11
(setup.sh does not install it: pip install pycocotools). The test makes the same boxes from the same generator.
"""
import contextlib
import io

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


class Chance:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1664525 + 1013904223) % (1 << 32)
        return (self.state >> 8) % bound


def scene(seed):
    chance = Chance(seed)
    things, found = [], []
    for picture in range(1, 9):
        for _ in range(chance.below(6)):
            box = [chance.below(80), chance.below(60), 8 + chance.below(40), 8 + chance.below(40)]
            label, crowd = 1 + chance.below(3), int(chance.below(8) == 0)
            things.append(dict(id=len(things) + 1, image_id=picture, category_id=label, bbox=box, area=box[2] * box[3], iscrowd=crowd))
            for _ in range(chance.below(3)):
                moved = [v + chance.below(7) - 3 for v in box]
                said = label if chance.below(6) else 1 + chance.below(3)
                found.append(dict(image_id=picture, category_id=said, bbox=moved, score=(1 + chance.below(100_000)) / 131_072))
        for _ in range(chance.below(3)):
            box = [chance.below(80), chance.below(60), 8 + chance.below(40), 8 + chance.below(40)]
            found.append(dict(image_id=picture, category_id=1 + chance.below(3), bbox=box, score=(1 + chance.below(100_000)) / 131_072))
    return things, found


def scores(seed):
    things, found = scene(seed)
    truth = COCO()
    truth.dataset = dict(images=[dict(id=i) for i in range(1, 9)], annotations=things, categories=[dict(id=i, name=str(i)) for i in (1, 2, 3)])
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(found), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    # thresholds, recalls, classes, all areas, 100 boxes
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    def mean(values):
        values = values[values > -1]
        return values.mean() if values.size else -1
    narrow = [mean(precision[0, :, c]) for c in range(3)]
    strict = [mean(precision[5, :, c]) for c in range(3)]
    return narrow, strict, mean(precision)


for seed in range(1, 21):
    with contextlib.redirect_stdout(io.StringIO()):
        narrow, strict, total = scores(seed)
    print(seed, "|", *(f"{v:.9f}" for v in narrow), "|", *(f"{v:.9f}" for v in strict), "|", f"{total:.9f}")
