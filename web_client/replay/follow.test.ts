import { beforeEach, describe, expect, it } from "vitest";

import { Follower, type ReplayControls } from "./follow";

let done: string[];
let now: number;
let follower: Follower;

beforeEach(() => {
  done = [];
  now = 0;
  const controls: ReplayControls = {
    getCurrentTime: () => now,
    play: (offset) => done.push(`play ${String(offset)}`),
    pause: (offset) => done.push(`pause ${String(offset)}`),
    setSpeed: (rate) => done.push(`speed ${String(rate)}`),
  };
  follower = new Follower(controls, 1_000, () => 9_000);
});

describe("Follower", () => {
  it("shows a place once, counted from the first event", () => {
    follower.show(3_000, false, 1);
    follower.show(3_000, false, 1);
    expect(done).toEqual(["pause 2000"]);
  });

  it("plays on by itself while it is in step, and is set right when it is not", () => {
    follower.show(1_000, true, 1);
    now = 480;
    follower.show(1_500, true, 1);
    expect(done).toEqual(["play 0"]);
    now = 600;
    follower.show(2_000, true, 1);
    expect(done).toEqual(["play 0", "play 1000"]);
  });

  it("stops where the video stops", () => {
    follower.show(1_000, true, 1);
    follower.show(1_400, false, 1);
    expect(done).toEqual(["play 0", "pause 400"]);
  });

  it("takes on the speed", () => {
    follower.show(1_000, true, 2);
    expect(done).toEqual(["speed 2", "play 0"]);
  });

  it("stays within what is recorded", () => {
    follower.show(0, false, 1);
    follower.show(60_000, false, 1);
    expect(done).toEqual(["pause 0", "pause 8000"]);
  });
});
