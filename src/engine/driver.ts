// Which graphics drivers this machine has. No engine tells, but a check on a GPU holds only as long as its driver stays the same,
// so that what the system knows of them is read: kernel drivers, Vulkan drivers, the registry.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

let known: string | undefined;

/** One text that changes when a graphics driver does; looked up once. */
export function graphicsDrivers(): string {
  known ??= `${process.platform} ${release()}; ${parts().join('; ') || 'no driver found'}`;
  return known;
}

function parts(): string[] {
  switch (process.platform) {
    case 'linux': return [...kernelDrivers(), ...vulkanDriverFiles().map(describeVulkanDriver)];
    case 'win32': return displayAdapters().map(({ name, version }) => `${name} ${version}`);
    // The drivers of macOS come with the system.
    default: return [];
  }
}

/** A file's text, or undefined where there is none to read. */
function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function kernelDrivers(): string[] {
  const nvidia = textOf('/proc/driver/nvidia/version')?.split('\n')[0];
  const cards = '/sys/class/drm';
  const found = !existsSync(cards) ? [] : readdirSync(cards).filter(name => /^card\d+$/.test(name)).map(name => {
    const device = join(cards, name, 'device');
    const link = join(device, 'driver');
    const driver = existsSync(link) ? basename(readlinkSync(link)) : 'no driver';
    return `${textOf(join(device, 'vendor')) ?? '?'}:${textOf(join(device, 'device')) ?? '?'} ${driver} ${textOf(`/sys/module/${driver}/version`) ?? ''}`.trim();
  });
  return [...(nvidia === undefined ? [] : [nvidia]), ...found];
}

/** Vulkan's drivers are described by files; those named in the environment replace all others (Vulkan loader, "Driver discovery"). */
export function vulkanDriverFiles(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'];
  const folders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'vulkan/icd.d')];
  return named === undefined
    ? folders.filter(folder => existsSync(folder)).flatMap(folder => readdirSync(folder).filter(name => name.endsWith('.json')).sort().map(name => join(folder, name)))
    : named.split(':').filter(file => file !== '' && existsSync(file));
}

/** Name and version of a Vulkan driver, and size and date of its library where the file says where that lies. */
export function describeVulkanDriver(file: string): string {
  const text = readFileSync(file, 'utf8');
  const version = /"api_version"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '?';
  const library = /"library_path"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
  // A bare name is left to the loader of libraries.
  const path = isAbsolute(library) ? library : library.includes('/') ? resolve(dirname(file), library) : undefined;
  const stat = path !== undefined && existsSync(path) ? statSync(path) : undefined;
  return `${basename(file)} ${version}${stat === undefined ? '' : ` (${stat.size} bytes of ${new Date(stat.mtimeMs).toISOString()})`}`;
}

/** The registry's class of display adapters. */
const DISPLAY_CLASS = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}';

export interface DisplayAdapter {
  readonly name: string;
  readonly version: string;
}

let adapters: readonly DisplayAdapter[] | undefined;

/** The display adapters of Windows and the versions of their drivers; looked up once. */
export function displayAdapters(): readonly DisplayAdapter[] {
  adapters ??= readRegistry();
  return adapters;
}

function readRegistry(): DisplayAdapter[] {
  try {
    return parseRegistry(execFileSync('reg', ['query', DISPLAY_CLASS, '/s', '/f', 'Driver', '/t', 'REG_SZ'], { encoding: 'utf8', timeout: 5000, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch (error) {
    process.emitWarning(`The graphics drivers could not be looked up: ${String(error)}`);
    return [];
  }
}

/** What `reg query` prints for display adapters. */
export function parseRegistry(text: string): DisplayAdapter[] {
  return text.split(/^HKEY_/m).flatMap(section => {
    const value = (name: string): string | undefined => new RegExp(`^\\s+${name}\\s+REG_SZ\\s+(.+?)\\s*$`, 'm').exec(section)?.[1];
    const version = value('DriverVersion');
    return version === undefined ? [] : [{ name: value('DriverDesc') ?? 'display adapter', version }];
  });
}
