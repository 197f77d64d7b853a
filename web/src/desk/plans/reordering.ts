// Where something that is dragged belongs.

export interface Box {
  top: number;
  height: number;
}

/** Its place among `boxes` while the pointer is at `y`: it passes another one at the other's middle,
 * so that it does not jump back where heights differ. */
export function placeAt(y: number, boxes: readonly Box[], from: number): number {
  let to = from;
  while (to > 0 && y < middle(boxes[to - 1])) to -= 1;
  while (to < boxes.length - 1 && y > middle(boxes[to + 1])) to += 1;
  return to;
}

function middle(box: Box | undefined): number {
  return box ? box.top + box.height / 2 : 0;
}
