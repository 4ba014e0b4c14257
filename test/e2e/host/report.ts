// What the host suite tells whoever started it.
export interface HostReport {
  readonly tests: { readonly title: string; readonly error?: string }[];
}
