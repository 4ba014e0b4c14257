// The trainer speaks to whoever started it, often in a terminal. Here its ways out are commands and settings.

const addDataFolder = '"Autoencoder: Add Data Folder…"';

/** A message of the program as the editor says it. */
export function inEditor(message: string): string {
  return message.replaceAll('--data DIR', addDataFolder);
}

/** Whether a message, as the editor says it, is about data that was not found. */
export function asksForDataFolder(message: string | undefined): boolean {
  return message?.includes(addDataFolder) === true;
}
