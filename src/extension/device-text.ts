// How a device is shown where one is picked: what it is, and why it would be taken or not for the config at hand.

/** A device as `aeconf devices [FILE] --json` tells of it. */
export interface DeviceInfo {
  readonly id: string;
  readonly name: string;
  readonly available: boolean;
  readonly note?: string;
  /** What a check with the config said: "not chosen: 4.0× slower than the CPU (...)". */
  readonly said?: string;
  /** When, in milliseconds since 1970. */
  readonly measured?: number;
}

export function deviceText({ name, available, note, said, measured }: DeviceInfo): { readonly description: string; readonly detail?: string } {
  if (!available) return { description: `${name} — not available`, ...(note === undefined ? {} : { detail: note }) };
  const detail = said === undefined ? note : `${said}${measured === undefined ? '' : `, measured on ${new Date(measured).toLocaleDateString('en', { dateStyle: 'medium' })}`}`;
  return { description: name, ...(detail === undefined ? {} : { detail }) };
}
