// Against what systems answered: files of /sys and /proc, lines of pci.ids, adapters of the registry.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Device } from './engine.ts';
import { inOrder, linuxAdapters, pciName, vulkanAdapters, withAdapterName } from './adapters.ts';

/** Cut from version 2024.09.20 of the list. */
const pciIds = `# Vendors, devices and subsystems.
1002  Advanced Micro Devices, Inc. [AMD/ATI]
\t73bf  Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]
\t\t1002 0e3a  Radeon RX 6900 XT
10de  NVIDIA Corporation
\t2684  AD102 [GeForce RTX 4090]
\t\t10de 167c  AD102 [GeForce RTX 4090] Founders Edition
8086  Intel Corporation
\t46a6  Alder Lake-P GT2 [Iris Xe Graphics]
\t5917  UHD Graphics 620
\t73bf  Not a Radeon
`;

let root: string;
beforeEach(() => { root = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-adapters-')); });
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}

/** A device as /sys/bus/pci shows it. */
function pci(slot: string, className: string, vendor: string, device: string): void {
  for (const [name, value] of Object.entries({ class: className, vendor, device })) write(`sys/bus/pci/devices/0000:${slot}/${name}`, `${value}\n`);
}

it('are named by the NVIDIA driver, which knows them best', () => {
  pci('21:00.0', '0x030200', '0x10de', '0x2335');
  pci('22:00.0', '0x030200', '0x10de', '0x2335');
  write('proc/driver/nvidia/gpus/0000:21:00.0/information', 'Model: \t\t NVIDIA H200\nIRQ:   \t\t 118\nGPU UUID: \t GPU-????????-????-????-????-????????????\nVideo BIOS: \t ??.??.??.??.??\nBus Type: \t PCIe\n');
  expect(linuxAdapters(root)).toEqual(['NVIDIA H200']);
});

it('are named as they are sold, from the list of PCI ids; network cards and screens of servers are none', () => {
  pci('00:02.0', '0x030000', '0x8086', '0x46a6');
  pci('00:1f.6', '0x020000', '0x8086', '0x1a1e');
  pci('01:00.0', '0x030000', '0x10de', '0x2684');
  pci('03:00.0', '0x030000', '0x1002', '0x73bf');
  pci('06:00.0', '0x030000', '0x1a03', '0x2000');
  write('usr/share/misc/pci.ids', pciIds);
  expect(inOrder(linuxAdapters(root))).toEqual(['NVIDIA GeForce RTX 4090', 'AMD Radeon RX 6800/6800 XT / 6900 XT', 'Intel Iris Xe Graphics']);
});

it('have the maker and the id where there is no list, and are none where there is no PCI', () => {
  expect(linuxAdapters(root)).toEqual([]);
  pci('03:00.0', '0x038000', '0x1002', '0x73bf');
  expect(linuxAdapters(root)).toEqual(['AMD 0x73bf']);
  write('sys/bus/pci/devices/0000:03:00.0/product_name', 'AMD Instinct MI210\n');
  expect(linuxAdapters(root)).toEqual(['AMD Instinct MI210']);
});

it('are looked for under their own vendor only', () => {
  expect(pciName(pciIds, '1002', '73bf')).toBe('Radeon RX 6800/6800 XT / 6900 XT');
  expect(pciName(pciIds, '8086', '5917')).toBe('UHD Graphics 620');
  expect(pciName(pciIds, '10de', '73bf')).toBeUndefined();
  expect(pciName(pciIds, '17cb', '73bf')).toBeUndefined();
});

it('are each named once, the likeliest first, without remote screens and marks', () => {
  expect(inOrder(['Microsoft Remote Display Adapter', 'Intel(R) UHD Graphics 770', 'NVIDIA GeForce RTX 3060', 'NVIDIA GeForce RTX 3060', 'AMD Radeon(TM) Graphics', 'Apple M2']))
    .toEqual(['NVIDIA GeForce RTX 3060', 'AMD Radeon Graphics', 'Intel UHD Graphics 770', 'Apple M2']);
});

it('are software where Vulkan has nothing else', () => {
  const [mesa, nvidia, swiftShader] = ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', '/usr/share/vulkan/icd.d/nvidia_icd.json', '/usr/lib/chromium/vk_swiftshader_icd.json'];
  expect(vulkanAdapters([mesa, nvidia], ['NVIDIA H200'])).toEqual(['NVIDIA H200']);
  expect(vulkanAdapters([], ['NVIDIA H200'])).toEqual(['NVIDIA H200']);
  expect(vulkanAdapters([mesa, nvidia], [])).toEqual(['llvmpipe in software']);
  expect(vulkanAdapters([swiftShader], ['NVIDIA H200'])).toEqual(['SwiftShader in software']);
  expect(vulkanAdapters([nvidia], [])).toEqual([]);
});

it.runIf(process.platform === 'linux')('stand in the list of devices, in front of the way they are driven; processors keep their names', () => {
  const driver = path.join(root, 'vk_swiftshader_icd.json');
  fs.writeFileSync(driver, '{}');
  vi.stubEnv('VK_DRIVER_FILES', driver);
  const device = (id: Device['id'], name: string): Device => ({ id, name, engine: 'onnx', available: true });
  expect(withAdapterName(device('webgpu', 'GPU (WebGPU)')).name).toBe('GPU (SwiftShader in software, WebGPU)');
  expect(withAdapterName(device('cpu', 'CPU (Intel(R) Xeon(R) Processor, 2 threads)')).name).toBe('CPU (Intel(R) Xeon(R) Processor, 2 threads)');
});
