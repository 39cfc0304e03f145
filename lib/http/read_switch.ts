import type { Socket } from "../socket.ts";

/** Pauses and resumes a socket, which is called only for a change: a call may be a system call. */
export class ReadSwitch {
  readonly #socket: Socket;
  #isOn = true;

  /** @param socket It delivers bytes. */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.#socket.resume();
    else this.#socket.pause();
  }
}
