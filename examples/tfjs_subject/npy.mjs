// Arrays of a pack: .npy files, version 1.0, little-endian, rows first.

import { readFileSync, writeFileSync } from 'node:fs';

const READERS = {
  '<f4': { size: 4, tensor: 'float32', read: (view, at) => view.getFloat32(at, true) },
  '<i8': { size: 8, tensor: 'int32', read: (view, at) => Number(view.getBigInt64(at, true)) },
};
const WRITTEN = { float32: '<f4', int32: '<i4' };

/** Read a file: its shape, the dtype of the tensor it becomes, and its values. */
export function readNpy(path) {
  const data = readFileSync(path);
  const headerLength = data.readUInt16LE(8);
  const header = data.toString('latin1', 10, 10 + headerLength);
  const descr = /'descr': '([^']+)'/.exec(header)[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((part) => part.trim()).map(Number);
  const reader = READERS[descr];
  if (!reader) throw new Error(`${path}: no reader for ${descr}`);
  const view = new DataView(data.buffer, data.byteOffset + 10 + headerLength);
  const values = new (reader.tensor === 'float32' ? Float32Array : Int32Array)(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = reader.read(view, i * reader.size);
  return { shape, dtype: reader.tensor, values };
}

/** Write a tensor. */
export function writeNpy(path, tensor) {
  const shape = `(${tensor.shape.join(', ')}${tensor.shape.length === 1 ? ',' : ''})`;
  let header = `{'descr': '${WRITTEN[tensor.dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  header += ' '.repeat(63 - ((10 + header.length) % 64)) + '\n';
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  // maxPoolWithArgmax gives an int32 tensor whose values come in a Float32Array.
  const typed = tensor.dtype === 'float32' ? Float32Array : Int32Array;
  const values = typed.from(tensor.dataSync());
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  writeFileSync(path, Buffer.concat([start, Buffer.from(header, 'latin1'), bytes]));
}
