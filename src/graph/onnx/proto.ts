// The part of the ONNX format (onnx.proto, IR version 8) that we write, on the protocol-buffer writer of `pbf`.
import Pbf from 'pbf';

export const elementType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementType;

export type Attribute =
  | { readonly name: string; readonly float: number }
  | { readonly name: string; readonly int: number }
  | { readonly name: string; readonly ints: readonly number[] }
  | { readonly name: string; readonly string: string };

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

export interface OnnxPort {
  readonly name: string;
  readonly type: ElementType;
  /** A string is a symbolic extent. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

const IR_VERSION = 8;

/** Bytes for what is not numbers, of a tensor and of the rest; where it is not enough the writer grows. */
const ROOM = 256;

export function encodeModel(model: OnnxModel): Uint8Array {
  // With room for all of it: growing would copy the weights again and again.
  const pbf = new Pbf(new Uint8Array(ROOM + model.initializers.reduce((size, { bytes }) => size + ROOM + bytes.length, 0)));
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, 'Autoencoder Studio');
  pbf.writeMessage(7, writeGraph, model);
  pbf.writeMessage(8, (opset: number, p) => {
    p.writeStringField(1, '');
    p.writeVarintField(2, opset);
  }, model.opset);
  return pbf.finish();
}

function writeGraph(model: OnnxModel, pbf: Pbf): void {
  for (const node of model.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, model.name);
  for (const initializer of model.initializers) pbf.writeMessage(5, writeTensor, initializer);
  for (const port of model.inputs) pbf.writeMessage(11, writePort, port);
  for (const port of model.outputs) pbf.writeMessage(12, writePort, port);
}

function writeNode(node: OnnxNode, pbf: Pbf): void {
  for (const name of node.inputs) pbf.writeStringField(1, name);
  for (const name of node.outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(3, node.outputs[0] ?? '');
  pbf.writeStringField(4, node.type);
  for (const attribute of node.attributes) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute(attribute: Attribute, pbf: Pbf): void {
  pbf.writeStringField(1, attribute.name);
  if ('float' in attribute) {
    pbf.writeFloatField(2, attribute.float);
    pbf.writeVarintField(20, 1);
  } else if ('int' in attribute) {
    pbf.writeVarintField(3, attribute.int);
    pbf.writeVarintField(20, 2);
  } else if ('string' in attribute) {
    pbf.writeBytesField(4, new TextEncoder().encode(attribute.string));
    pbf.writeVarintField(20, 3);
  } else {
    for (const value of attribute.ints) pbf.writeVarintField(8, value);
    pbf.writeVarintField(20, 7);
  }
}

function writeTensor(tensor: OnnxTensor, pbf: Pbf): void {
  for (const extent of tensor.dims) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, elementType[tensor.type]);
  pbf.writeStringField(8, tensor.name);
  pbf.writeBytesField(9, tensor.bytes);
}

function writePort(port: OnnxPort, pbf: Pbf): void {
  pbf.writeStringField(1, port.name);
  pbf.writeMessage(2, (_, type) => {
    type.writeMessage(1, (__, tensor) => {
      tensor.writeVarintField(1, elementType[port.type]);
      tensor.writeMessage(2, (dims: OnnxPort['dims'], shape) => {
        for (const extent of dims) {
          shape.writeMessage(1, (value: number | string, dimension) => {
            if (typeof value === 'number') dimension.writeVarintField(1, value);
            else dimension.writeStringField(2, value);
          }, extent);
        }
      }, port.dims);
    }, null);
  }, null);
}
