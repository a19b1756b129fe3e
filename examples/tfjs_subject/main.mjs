// TensorFlow.js under test: answers every question of a pack.   node main.mjs PACK RESULTS

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { FUNCTIONS, Unsupported, layer, loss } from './calls.mjs';
import { readNpy, writeNpy } from './npy.mjs';

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
const writeJson = (value, ...path) => writeFileSync(join(...path), JSON.stringify(value));
const list = (found) => (Array.isArray(found) ? found : [found]);
// A second layer's weight of the same name is called kernel_1; this is what the layer calls it.
const ownName = (weight) => weight.originalName.split('/').at(-1);
// What TensorFlow.js itself says it does not do (yet).
const DECLINED =
  /not (yet )?supported|not implemented|function not found|Either strides? or dil|must be a float in/;
// Keras 2's names of what Keras 3 calls otherwise.
const OLD_NAMES = { depthwise_kernel: 'kernel' };
const names = (weight, name) => [ownName(weight), OLD_NAMES[ownName(weight)]].includes(name);

function tensor(path) {
  const { shape, dtype, values } = readNpy(path);
  return tf.tensor(values, shape, dtype);
}

/** What a question calls: a function of tensors, and the layer behind it if there is one. */
function callable(question) {
  const { target, kind, arguments: options, training } = question;
  if (target.startsWith('keras.losses.')) return { run: loss(target, options) };
  if (kind === 'class') {
    const made = layer(target, options);
    const mode = training === null ? {} : { training };
    return { made, run: (inputs) => made.apply(inputs.length === 1 ? inputs[0] : inputs, mode) };
  }
  if (!FUNCTIONS[target]) throw new Unsupported(`not implemented: ${target}`);
  return { run: (inputs) => FUNCTIONS[target](inputs, options) };
}

function owned(made) {
  return made.weights.map((weight) => {
    const values = weight.read().dataSync();
    const constant = values.every((value) => value === values[0]);
    return {
      name: ownName(weight),
      dtype: weight.dtype,
      shape: weight.shape,
      trainable: weight.trainable,
      initial: constant && values.length ? values[0] : null,
    };
  });
}

const reasonOf = (error) => error.message.split('\n')[0];

/** Why there is no answer, in the protocol's words. */
function why(error) {
  if (error instanceof Unsupported) return ['unsupported', error.message];
  if (DECLINED.test(reasonOf(error))) return ['unsupported', `not yet: ${reasonOf(error)}`];
  return ['error', reasonOf(error)];
}

/** Answer one question, forward alone where going backward raises. */
function answer(question, folder) {
  try {
    return attempt(question, folder, true);
  } catch (error) {
    if (error instanceof Unsupported) throw error;
    const found = attempt(question, folder, false);
    const [key, reason] = why(error);
    found.said[key] = { gradient: reason };
    return found;
  }
}

/** What goes into answer.json, and the arrays by name. */
function attempt(question, folder, backward) {
  const given = (name) => tensor(join(folder, `${name}.npy`));
  const { made, run } = callable(question);
  const inputs = question.arrays.filter((each) => !made || each.role === 'input');
  // Whatever a gradient is wanted of is a variable: variableGrads knows no other way.
  const variables = {};
  const passed = inputs.map((each) => {
    const value = given(`given.${each.name}`);
    if (!each.gradient) return value;
    variables[each.name] = tf.variable(value);
    return variables[each.name];
  });
  const said = {};
  if (made) {
    if (!made.built) {
      made.build(passed[0].shape);
      made.built = true;
    }
    said.owned = owned(made);
    for (const each of question.arrays.filter(({ role }) => role !== 'input')) {
      const weight = made.weights.find((candidate) => names(candidate, each.name));
      weight.write(given(`given.${each.name}`));
      if (each.gradient) variables[each.name] = weight.val;
    }
  }
  const arrays = {};
  const stateAfter = (steps) => {
    for (const each of question.state.filter(({ after }) => after === steps)) {
      const weight = made.weights.find((candidate) => names(candidate, each.name));
      arrays[`state.${steps}.${each.name}`] = weight.read().clone();
    }
  };
  let results;
  const forward = () => {
    results = list(run(passed)).map((result) => tf.keep(result.clone()));
    const parts = question.results.flatMap((each, n) =>
      each.cotangent ? [tf.sum(tf.mul(results[n], given(`cotangent.${each.name}`)))] : []);
    return tf.addN(parts);
  };
  const wanted = Object.keys(variables);
  if (backward) {
    const { grads } = tf.variableGrads(forward, wanted.map((name) => variables[name]));
    for (const name of wanted) {
      const gradient = grads[variables[name].name];
      if (gradient) arrays[`gradient.${name}`] = gradient;
    }
  } else {
    results = list(run(passed));
  }
  question.results.forEach((each, n) => { arrays[`output.${each.name}`] = results[n]; });
  if (question.state.length) {
    stateAfter(1);
    for (let step = 1; step <= question.further; step++) {
      run([given(`further.${step}`)]);
      stateAfter(step + 1);
    }
  }
  return { said, arrays };
}

async function main([pack, results]) {
  if (!pack || !results) throw new Error('usage: node main.mjs PACK RESULTS');
  await tf.setBackend('cpu');
  const { version, format, dialect, questions } = readJson(pack, 'pack.json');
  if (version !== 1 || format !== 'npy' || dialect !== 'tf') {
    throw new Error('wanted: a pack of version 1 in --format npy and --dialect tf');
  }
  mkdirSync(results, { recursive: true });
  writeJson({ version: 1, subject: `tfjs-${tf.version.tfjs}` }, results, 'results.json');
  for (const name of questions) {
    const question = readJson(pack, name, 'question.json');
    mkdirSync(join(results, name), { recursive: true });
    tf.engine().startScope();
    let said;
    try {
      if (question.dtype !== 'float32') throw new Unsupported('never: tensors hold float32 alone');
      const found = answer(question, join(pack, name));
      said = found.said;
      for (const [array, value] of Object.entries(found.arrays)) {
        writeNpy(join(results, name, `${array}.npy`), value);
      }
    } catch (error) {
      const [key, reason] = why(error);
      said = { [key]: reason };
    }
    writeJson({ version: 1, ...said }, results, name, 'answer.json');
    tf.engine().endScope();
    tf.disposeVariables();
  }
}

await main(process.argv.slice(2));
