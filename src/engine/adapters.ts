// What the GPUs of this machine are called. Neither ONNX Runtime nor TensorFlow tells which adapter it took, so names come from the
// system: the NVIDIA driver's own folder, PCI ids, the registry. Where several adapters could be meant all of them are named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { displayAdapters, vulkanDriverFiles } from './driver.ts';
import type { Device, DeviceId } from './engine.ts';

/** Vendors whose adapters compute, the likeliest choice first: engines ask for the fastest. A server's screen controller is not meant. */
const vendors = [
  ['10de', 'NVIDIA', /NVIDIA|GeForce|Quadro/i], ['1002', 'AMD', /AMD|Radeon/i], ['8086', 'Intel', /Intel/i], ['17cb', 'Qualcomm', /Qualcomm|Adreno/i],
] as const;

/** A device under the name of its adapter: "GPU (WebGPU)" → "GPU (NVIDIA GeForce RTX 3060, WebGPU)". Looked up once, and only for GPUs. */
export function withAdapterName(device: Device): Device {
  const named = namesFor[device.id]?.();
  return named === undefined || named.length === 0 ? device : { ...device, name: device.name.replace(/^(?:NVIDIA )?GPU \(/, `GPU (${named.join(' or ')}, `) };
}

const nvidia = (): readonly string[] => adapters().filter(name => vendors[0][2].test(name));
const namesFor: Readonly<Partial<Record<DeviceId, () => readonly string[]>>> = {
  'webgpu': () => (process.platform === 'linux' ? vulkanAdapters(vulkanDriverFiles(), adapters()) : adapters()),
  'dml': () => adapters(),
  'cuda': nvidia,
  'tensorflow-gpu': nvidia,
};

let known: readonly string[] | undefined;

function adapters(): readonly string[] {
  known ??= inOrder(found());
  return known;
}

function found(): readonly string[] {
  switch (process.platform) {
    case 'linux': return linuxAdapters();
    case 'win32': return displayAdapters().map(({ name }) => name);
    // Apple's GPU is part of the chip.
    case 'darwin': return cpus()[0]?.model.startsWith('Apple') ? [cpus()[0]!.model] : [];
    default: return [];
  }
}

/** Each name once, of vendors in the order above; "(R)" and the like left out. What no vendor made, such as a remote screen, is none. */
export function inOrder(names: readonly string[]): string[] {
  const plain = [...new Set(names.map(name => name.replace(/\((?:R|TM|C)\)/gi, '').replace(/\s+/g, ' ').trim()))];
  return [...vendors.flatMap(([, , pattern]) => plain.filter(name => pattern.test(name))), ...plain.filter(name => name.startsWith('Apple'))];
}

/** @param root where the system's folders lie. */
export function linuxAdapters(root = '/'): string[] {
  const entries = (folder: string): string[] => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort().map(name => join(root, folder, name)) : []);
  // A container may see the PCI ids of GPUs that it was not given; the driver lists those it can use.
  const models = entries('proc/driver/nvidia/gpus').flatMap(gpu => /^Model:\s*(.+?)\s*$/m.exec(textOf(join(gpu, 'information')) ?? '')?.[1] ?? []);
  const others = entries('sys/bus/pci/devices').flatMap(slot => {
    const value = (name: string): string => textOf(join(slot, name))?.trim() ?? '';
    const vendor = vendors.find(([id]) => value('vendor') === `0x${id}`);
    // PCI class 03: display controllers, those without a screen included.
    if (vendor === undefined || !value('class').startsWith('0x03') || (vendor === vendors[0] && models.length > 0)) return [];
    const device = value('device').replace(/^0x/, '');
    return [withVendor(vendor[1], value('product_name') || (pciName(pciIds(root), vendor[0], device) ?? `0x${device}`))];
  });
  return [...models.map(model => withVendor('NVIDIA', model)), ...others];
}

function withVendor(vendor: string, name: string): string {
  return name.startsWith(vendor) ? name : `${vendor} ${name}`;
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The list that lspci reads, where a system has one. */
function pciIds(root: string): string {
  return ['usr/share/hwdata/pci.ids', 'usr/share/misc/pci.ids', 'usr/share/pci.ids'].map(file => textOf(join(root, file))).find(text => text !== undefined) ?? '';
}

/** "GeForce RTX 4090" of pci.ids, where the name that is sold stands in brackets behind the chip's: "AD102 [GeForce RTX 4090]". */
export function pciName(ids: string, vendor: string, device: string): string | undefined {
  const start = ids.search(new RegExp(`^${vendor}\\s`, 'm'));
  if (start === -1) return undefined;
  // Devices are indented by one tab; the next vendor is not.
  const end = ids.slice(start).search(/\n[^\t#\n]/);
  const line = new RegExp(`^\\t${device}\\s+(.+?)\\s*$`, 'm').exec(ids.slice(start, end === -1 ? undefined : start + end))?.[1];
  return line === undefined ? undefined : /\[(.+)\]$/.exec(line)?.[1] ?? line;
}

const softwareDrivers: readonly (readonly [RegExp, string])[] = [[/swiftshader/i, 'SwiftShader in software'], [/^lvp_/, 'llvmpipe in software']];

/** What Vulkan can choose from: the hardware, unless there is none or every driver computes on the processor. */
export function vulkanAdapters(driverFiles: readonly string[], hardware: readonly string[]): readonly string[] {
  const software = driverFiles.map(file => softwareDrivers.find(([pattern]) => pattern.test(basename(file)))?.[1]);
  const onlySoftware = software.length > 0 && software.every(name => name !== undefined);
  return hardware.length > 0 && !onlySoftware ? hardware : [...new Set(software.filter(name => name !== undefined))];
}
