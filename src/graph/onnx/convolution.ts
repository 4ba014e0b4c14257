// Convolutions by ONNX's own operators, on images with channels first: right everywhere, and what GPUs and exported models get.
import type { ConvGeometry, Value } from '../ir.ts';
import type { Emitter } from './emit.ts';
import type { Attribute } from './proto.ts';

export function conv2d(out: Emitter, image: string, filter: string, filterShape: readonly number[], geometry: ConvGeometry): string {
  return out.emit('Conv', [image, filter], attributesOf(geometry, filterShape));
}

/** The transposed convolution; output padding makes up for rows the convolution left over. */
export function conv2dInput(out: Emitter, dOutput: string, filter: string, value: Value, geometry: ConvGeometry): string {
  const [dOutputValue, filterValue] = value.inputs as [Value, Value];
  const leftover = ([0, 1] as const).map(axis =>
    value.shape[axis + 2]! + geometry.padLow[axis] + geometry.padHigh[axis] - filterValue.shape[axis + 2]!
    - (dOutputValue.shape[axis + 2]! - 1) * geometry.strides[axis]);
  return out.emit('ConvTranspose', [dOutput, filter], [
    ...attributesOf(geometry, filterValue.shape),
    { name: 'output_padding', ints: leftover },
  ]);
}

/** A convolution of the image with dOutput, with batch and channels exchanged and strides become dilations. */
export function conv2dFilter(out: Emitter, image: string, dOutput: string, value: Value, geometry: ConvGeometry): string {
  const [imageValue, dOutputValue] = value.inputs as [Value, Value];
  const { strides, padLow, padHigh } = geometry;
  const extent = (axis: 0 | 1): number =>
    imageValue.shape[axis + 2]! + padLow[axis] + padHigh[axis] - (dOutputValue.shape[axis + 2]! - 1) * strides[axis];
  const [channels, filters] = [imageValue.shape[1]!, dOutputValue.shape[1]!];
  const product = out.emit('Conv', [out.transpose(image, [1, 0, 2, 3]), out.transpose(dOutput, [1, 0, 2, 3])], [
    { name: 'kernel_shape', ints: dOutputValue.shape.slice(2) },
    { name: 'strides', ints: [1, 1] },
    { name: 'dilations', ints: strides },
    { name: 'pads', ints: [...padLow, ...padHigh] },
  ]);
  const size = [channels, filters, extent(0), extent(1)];
  const [, , height, width] = value.shape as [number, number, number, number];
  const cut = size[2] === height && size[3] === width
    ? product
    : out.slice(product, size, { starts: [0, 0, 0, 0], ends: [channels, filters, height, width], strides: [1, 1, 1, 1] });
  return out.transpose(cut, [1, 0, 2, 3]);
}

function attributesOf({ strides, padLow, padHigh }: ConvGeometry, filterShape: readonly number[]): Attribute[] {
  return [
    { name: 'kernel_shape', ints: filterShape.slice(2) },
    { name: 'strides', ints: strides },
    { name: 'pads', ints: [...padLow, ...padHigh] },
  ];
}
