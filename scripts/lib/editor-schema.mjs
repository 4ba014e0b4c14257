// The schema as VS Code's JSON service gets it: it completes and explains, and finds no fault. The extension itself tells what is
// wrong, with the nearest right word and a fix, and nobody wants to read the same thing twice.

/**
 * @param {Record<string, unknown>} schema JSON Schema, draft 7
 * @returns {Record<string, unknown>} the same as a condition (`if`) with nothing that follows from it. What does not meet a condition is
 * no problem, but the service completes and explains by all parts of the schema that it looked at, those of conditions too.
 */
export function editorSchema(schema) {
  const { $schema, title, description, definitions, allowComments, allowTrailingCommas, defaultSnippets, ...condition } = schema;
  // Unknown keys would make all kinds of a layer equally wrong, and then keys of all of them would be offered.
  const open = JSON.parse(JSON.stringify(condition), (key, value) => key === 'additionalProperties' && value === false ? undefined : value);
  return { $schema, title, description, allowComments, allowTrailingCommas, defaultSnippets, definitions, if: open };
}
