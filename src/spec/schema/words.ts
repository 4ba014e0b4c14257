// What definitions of the language are made of.
import { Type, type TProperties, type TSchema, type SchemaOptions } from '@sinclair/typebox';

export interface AeconfSchemaOptions extends SchemaOptions {
  shorthand?: 'type' | 'pair' | 'learningRate';
}

export const closed = { additionalProperties: false } as const;

/** A member of a union, told apart by its `type`. */
export function variant<N extends string, P extends TProperties>(type: N, description: string, properties: P) {
  return Type.Object(
    { type: Type.Literal(type, { description }), ...properties },
    { ...closed, description },
  );
}

export function choice<T extends TSchema[]>(members: [...T], options: AeconfSchemaOptions) {
  return Type.Union(members, options);
}

/** [height, width], or one number for both. */
export function pair(options: AeconfSchemaOptions & { minimum?: number }) {
  const { minimum = 1, ...rest } = options;
  return Type.Tuple([Type.Integer({ minimum }), Type.Integer({ minimum })], { ...rest, shorthand: 'pair' });
}

export const optional = Type.Optional;
