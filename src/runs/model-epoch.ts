// The epoch whose weights an ONNX model of a run holds, inside the model's own file: whoever has the bytes knows their epoch, whatever
// the trainer has done since. It stands in `metadata_props` (onnx.proto: ModelProto 14, StringStringEntryProto key 1, value 2), and
// as protocol buffers may be joined end to end, it is simply put behind the model.
import Pbf from 'pbf';

const METADATA_PROPS = 14;
const KEY = 'autoencoder.epoch';

interface Entry {
  key: string;
  value: string;
}

/** What is put behind the bytes of a model. */
export function epochMetadata(epoch: number): Uint8Array {
  return modelMetadata(KEY, String(epoch));
}

/** The same for anything else that a model is to say of itself. */
export function modelMetadata(key: string, text: string): Uint8Array {
  const pbf = new Pbf();
  pbf.writeMessage(METADATA_PROPS, (value: string, out: Pbf) => {
    out.writeStringField(1, key);
    out.writeStringField(2, value);
  }, text);
  return pbf.finish();
}

/** The epoch of a model, undefined when it does not say. */
export function epochOfModel(model: Uint8Array): number | undefined {
  const entries: Entry[] = [];
  new Pbf(model).readFields((tag, _, pbf) => {
    if (tag === METADATA_PROPS) entries.push(pbf.readMessage(readEntry, { key: '', value: '' }));
  }, undefined);
  const found = entries.find(({ key }) => key === KEY);
  return found === undefined ? undefined : Number(found.value);
}

function readEntry(tag: number, entry: Entry, pbf: Pbf): void {
  if (tag === 1) entry.key = pbf.readString();
  else if (tag === 2) entry.value = pbf.readString();
}
