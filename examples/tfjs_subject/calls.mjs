// What TensorFlow.js has for each name of the dialect, or why it has nothing.

import * as tf from '@tensorflow/tfjs';

/** There is no such thing here; the message says who would have to do something about it. */
export class Unsupported extends Error {}

const lacks = (what) => {
  throw new Unsupported(`not yet: TensorFlow.js has no ${what}`);
};
const only = (condition, what) => condition || lacks(what);

const padding = (pad) => (typeof pad === 'string' ? pad.toLowerCase() : pad);
const channelsLast = (format) => only(!format?.startsWith('NC'), 'channels-first layout in this function');
const noGroups = (x, filter, axis) =>
  only(x.shape[axis] === filter.shape.at(-2), 'grouped convolution');
const inner = (sizes, format) => (format.startsWith('NC') ? sizes.slice(2) : sizes.slice(1, -1));
const lastAxis = (axis, x) => only(axis === x.rank - 1, 'softmax along an axis that is not the last');

const conv = {
  'nn.conv1d': ([x, filter], o) => {
    channelsLast(o.data_format);
    noGroups(x, filter, 2);
    return tf.conv1d(x, filter, o.stride[0], padding(o.padding), 'NWC', o.dilations[0]);
  },
  'nn.conv2d': ([x, filter], o) => {
    noGroups(x, filter, o.data_format === 'NCHW' ? 1 : 3);
    return tf.conv2d(x, filter, o.strides, padding(o.padding), o.data_format, o.dilations);
  },
  'nn.conv3d': ([x, filter], o) => {
    channelsLast(o.data_format);
    noGroups(x, filter, 4);
    const [strides, dilations] = [o.strides, o.dilations].map((s) => inner(s, o.data_format));
    return tf.conv3d(x, filter, strides, padding(o.padding), 'NDHWC', dilations);
  },
  'nn.convolution': () => lacks('tf.convolution, for any rank'),
  'nn.depthwise_conv2d': ([x, filter], o) => {
    channelsLast(o.data_format); // documented; it is not checked
    const strides = inner(o.strides, o.data_format);
    return tf.depthwiseConv2d(x, filter, strides, padding(o.padding), 'NHWC', o.dilations);
  },
};

const pool = (name, three) => ([x], o) => {
  channelsLast(o.data_format);
  const rest = three ? [undefined, 'NDHWC'] : [];
  return tf[name](x, o.ksize, o.strides, padding(o.padding), ...rest);
};
const anyRank = (kind) => (inputs, o) => {
  only(inputs[0].rank > 3, `tf.${kind}1d`);
  return pool(inputs[0].rank === 5 ? `${kind}3d` : kind, inputs[0].rank === 5)(inputs, o);
};
const pools = {
  'nn.avg_pool': anyRank('avgPool'),
  'nn.max_pool': anyRank('maxPool'),
  'nn.avg_pool1d': () => lacks('tf.avgPool1d'),
  'nn.max_pool1d': () => lacks('tf.maxPool1d'),
  'nn.avg_pool2d': pool('avgPool', false),
  'nn.max_pool2d': pool('maxPool', false),
  'nn.avg_pool3d': pool('avgPool3d', true),
  'nn.max_pool3d': pool('maxPool3d', true),
  'nn.max_pool_with_argmax': ([x], o) => {
    const found = tf.maxPoolWithArgmax(x, o.ksize, o.strides, padding(o.padding), false);
    return [found.result, found.indexes];
  },
};

const axisOf = (name) => ([x], o) => {
  lastAxis(o.axis, x);
  return tf[name](x, o.axis);
};
const activations = {
  'nn.relu': ([x]) => tf.relu(x),
  'nn.relu6': ([x]) => tf.relu6(x),
  'nn.elu': ([x]) => tf.elu(x),
  'nn.selu': ([x]) => tf.selu(x),
  'nn.leaky_relu': ([x], o) => tf.leakyRelu(x, o.alpha ?? 0.2),
  'nn.sigmoid': ([x]) => tf.sigmoid(x),
  'nn.tanh': ([x]) => tf.tanh(x),
  'nn.softplus': ([x]) => tf.softplus(x),
  'nn.gelu': () => lacks('tf.gelu (its layers have the activation)'),
  'nn.silu': () => lacks('tf.silu (its layers have the activation)'),
  'nn.softsign': () => lacks('tf.softsign (its layers have the activation)'),
  'nn.softmax': axisOf('softmax'),
  'nn.log_softmax': axisOf('logSoftmax'),
};

// Keras' activations: its layers take them by name.
const named = (activation) => ([x]) => tf.layers.activation({ activation }).call(x, {});
const kerasActivations = {
  relu: named('relu'),
  relu6: named('relu6'),
  elu: ([x], o) => (o.alpha === undefined ? named('elu')([x]) : tf.layers.elu(o).call(x, {})),
  selu: named('selu'),
  sigmoid: named('sigmoid'),
  tanh: named('tanh'),
  softplus: named('softplus'),
  softsign: named('softsign'),
  silu: named('swish'),
  mish: named('mish'),
  hard_sigmoid: named('hardSigmoid'),
  gelu: ([x], o) => named(o.approximate ? 'gelu_new' : 'gelu')([x]),
  leaky_relu: ([x], o) => tf.leakyRelu(x, o.negative_slope ?? 0.2),
  log_sigmoid: ([x]) => tf.logSigmoid(x),
  softmax: axisOf('softmax'),
  log_softmax: axisOf('logSoftmax'),
  celu: () => lacks('activation celu'),
  hard_tanh: () => lacks('activation hard_tanh'),
  hard_silu: () => lacks('activation hard_silu'),
};

const others = {
  'linalg.matmul': ([a, b]) => tf.matMul(a, b),
  'nn.moments': ([x], o) => {
    const { mean, variance } = tf.moments(x, o.axes, o.keepdims);
    return [mean, variance];
  },
  // Documented: the statistics have the input's shape, or one axis. Nothing is broadcast for us.
  'nn.batch_normalization': ([x, ...rest], o) => {
    const [mean, variance, offset, scale] = rest.map((each) => tf.broadcastTo(each, x.shape));
    return tf.batchNorm(x, mean, variance, offset, scale, o.variance_epsilon);
  },
  'compat.v1.nn.fused_batch_norm': () => lacks('fused batch norm with batch statistics'),
  'nn.dropout': ([x], o) => tf.dropout(x, o.rate, o.noise_shape ?? undefined),
  'nn.softmax_cross_entropy_with_logits': ([labels, logits]) =>
    tf.losses.softmaxCrossEntropy(labels, logits, undefined, 0, tf.Reduction.NONE),
  'nn.sparse_softmax_cross_entropy_with_logits': () => lacks('sparse softmax cross-entropy'),
};

/** Functions by their name in the dialect: ([tensors], options) -> tensor or tensors. */
export const FUNCTIONS = {
  ...conv,
  ...pools,
  ...activations,
  ...Object.fromEntries(Object.entries(kerasActivations).map(([k, f]) => [`keras.activations.${k}`, f])),
  ...others,
};

const LAYERS = {
  Conv1D: 'conv1d',
  Conv2D: 'conv2d',
  Conv3D: 'conv3d',
  DepthwiseConv2D: 'depthwiseConv2d',
  Dense: 'dense',
  BatchNormalization: 'batchNormalization',
  AveragePooling1D: 'averagePooling1d',
  AveragePooling2D: 'averagePooling2d',
  AveragePooling3D: 'averagePooling3d',
  MaxPooling1D: 'maxPooling1d',
  MaxPooling2D: 'maxPooling2d',
  MaxPooling3D: 'maxPooling3d',
  ReLU: 'reLU',
  LeakyReLU: 'leakyReLU',
  ELU: 'elu',
  PReLU: 'prelu',
  Softmax: 'softmax',
  Dropout: 'dropout',
  SpatialDropout1D: 'spatialDropout1d',
};
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const WORDS = { channels_first: 'channelsFirst', channels_last: 'channelsLast' };
const RENAMED = { negative_slope: 'alpha' };

/** Construct one of Keras' layers. */
export function layer(target, options) {
  const name = target.replace('keras.layers.', '');
  if (!LAYERS[name]) lacks(`layer ${name}`);
  const { groups = 1, ...rest } = options;
  only(groups === 1, 'grouped convolution');
  if (/Pooling1D$/.test(name)) {
    only(rest.data_format === 'channels_last', 'data_format in 1-D pooling'); // it is ignored
  }
  const config = {};
  for (const [key, value] of Object.entries(rest)) {
    if (value !== null) config[RENAMED[key] ?? camel(key)] = WORDS[value] ?? value;
  }
  return tf.layers[LAYERS[name]](config);
}

const REDUCTIONS = {
  none: tf.Reduction.NONE,
  sum: tf.Reduction.SUM,
  mean: tf.Reduction.MEAN,
  sum_over_batch_size: tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
};

/** One of Keras' losses as a function. */
export function loss(target, o) {
  only(target === 'keras.losses.CategoricalCrossentropy', 'sparse cross-entropy as a function');
  if (!o.from_logits) {
    only(o.reduction === 'none' && !o.label_smoothing, 'reduced or smoothed loss of probabilities');
    return ([labels, scores]) => tf.metrics.categoricalCrossentropy(labels, scores);
  }
  only(o.reduction in REDUCTIONS, `reduction ${o.reduction}`);
  return ([labels, scores]) =>
    tf.losses.softmaxCrossEntropy(labels, scores, undefined, o.label_smoothing, REDUCTIONS[o.reduction]);
}
