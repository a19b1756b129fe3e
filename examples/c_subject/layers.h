/* The implementation under test: conv2d, linear and batch norm, forward and backward. */

#include <math.h>

typedef struct {
    const char *pack, *results, *name; /* folders, and the question's in both */
    const char *json;                  /* question.json */
} Question;

static char *path_of(const char *folder, const Question *q, const char *array) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s/%s.npy", folder, q->name, array);
    return path;
}

static Array given(const Question *q, const char *array) {
    return read_npy(path_of(q->pack, q, array));
}

static void answer(const Question *q, const char *array, const Array *value) {
    write_npy(path_of(q->results, q, array), value);
}

static int has(const Question *q, const char *name) {
    const char *arrays = member(q->json, "arrays"), *each;
    for (int i = 0; (each = item(arrays, i)); i++)
        if (is_string(member(each, "name"), name)) return 1;
    return 0;
}

static const char *argument(const Question *q, const char *name) {
    return member(member(q->json, "arguments"), name);
}

/* Why there is no answer, or NULL after answering. */
static const char *linear(const Question *q) {
    Array x = given(q, "given.input"), w = given(q, "given.weight"), g = given(q, "cotangent.output");
    Array y = like(&g), dx = like(&x), dw = like(&w);
    long inputs = w.shape[1], outputs = w.shape[0], rows = inputs ? x.size / inputs : 0;
    Array b = has(q, "bias") ? given(q, "given.bias") : make_array(x.type, 1, &outputs);
    Array db = like(&b);
    for (long r = 0; r < rows; r++)
        for (long o = 0; o < outputs; o++) {
            double sum = b.values[o], bar = g.values[r * outputs + o];
            for (long i = 0; i < inputs; i++) {
                sum += x.values[r * inputs + i] * w.values[o * inputs + i];
                dx.values[r * inputs + i] += bar * w.values[o * inputs + i];
                dw.values[o * inputs + i] += bar * x.values[r * inputs + i];
            }
            y.values[r * outputs + o] = sum;
            db.values[o] += bar;
        }
    answer(q, "output.output", &y);
    answer(q, "gradient.input", &dx);
    answer(q, "gradient.weight", &dw);
    if (has(q, "bias")) answer(q, "gradient.bias", &db);
    return NULL;
}

static const char *conv2d(const Question *q) {
    const char *mode = argument(q, "padding_mode");
    if (mode && !is_string(mode, "zeros")) return "not implemented: padding with anything but zeros";
    Array x = given(q, "given.input"), w = given(q, "given.weight"), g = given(q, "cotangent.output");
    Array y = like(&g), dx = like(&x), dw = like(&w);
    Array b = has(q, "bias") ? given(q, "given.bias") : make_array(x.type, 1, w.shape);
    Array db = like(&b);
    const long *in = x.shape + x.rank - 2, *out = y.shape + y.rank - 2, *k = w.shape + 2;
    long batch = x.rank == 4 ? x.shape[0] : 1, channels = x.shape[x.rank - 3], filters = w.shape[0];
    long groups = (long)number(argument(q, "groups")), depth = w.shape[1], stride[2], dilation[2], pad[2];
    for (int axis = 0; axis < 2; axis++) {
        stride[axis] = (long)number(item(argument(q, "stride"), axis));
        dilation[axis] = (long)number(item(argument(q, "dilation"), axis));
        int same = is_string(argument(q, "padding"), "same");
        if (same && stride[axis] > 1) return "never: PyTorch's 'same' padding takes no stride";
        pad[axis] = same
                        ? dilation[axis] * (k[axis] - 1) / 2
                        : (long)number(item(argument(q, "padding"), axis));
    }
    for (long n = 0; n < batch; n++)
        for (long f = 0; f < filters; f++)
            for (long r = 0; r < out[0]; r++)
                for (long c = 0; c < out[1]; c++) {
                    long place = ((n * filters + f) * out[0] + r) * out[1] + c;
                    double sum = b.values[f], bar = g.values[place];
                    for (long d = 0; d < depth; d++)
                        for (long i = 0; i < k[0]; i++)
                            for (long j = 0; j < k[1]; j++) {
                                long row = r * stride[0] + i * dilation[0] - pad[0];
                                long column = c * stride[1] + j * dilation[1] - pad[1];
                                if (row < 0 || row >= in[0] || column < 0 || column >= in[1]) continue;
                                long channel = f / (filters / groups) * depth + d;
                                long at = ((n * channels + channel) * in[0] + row) * in[1] + column;
                                long tap = ((f * depth + d) * k[0] + i) * k[1] + j;
                                sum += x.values[at] * w.values[tap];
                                dx.values[at] += bar * w.values[tap];
                                dw.values[tap] += bar * x.values[at];
                            }
                    y.values[place] = sum;
                    db.values[f] += bar;
                }
    answer(q, "output.output", &y);
    answer(q, "gradient.input", &dx);
    answer(q, "gradient.weight", &dw);
    if (has(q, "bias")) answer(q, "gradient.bias", &db);
    return NULL;
}

/* Elements of one channel of one example. */
static long elements(const Array *x) {
    long size = 1;
    for (int axis = 2; axis < x->rank; axis++) size *= x->shape[axis];
    return size;
}

/* Mean and biased variance of one channel. */
static void moments(const Array *x, long channel, double *mean, double *variance) {
    long channels = x->shape[1], batch = x->shape[0], inner = elements(x);
    double count = (double)batch * inner, sum = 0, squares = 0;
    for (long n = 0; n < batch; n++)
        for (long i = 0; i < inner; i++) sum += x->values[(n * channels + channel) * inner + i];
    *mean = sum / count;
    for (long n = 0; n < batch; n++)
        for (long i = 0; i < inner; i++) {
            double apart = x->values[(n * channels + channel) * inner + i] - *mean;
            squares += apart * apart;
        }
    *variance = squares / count;
}

/* The running statistics after as many calls as the question asks about. */
static void running(const Question *q, int training, double momentum) {
    Array mean = given(q, "given.running_mean"), variance = given(q, "given.running_var");
    int calls = 1 + (int)number(member(q->json, "further"));
    for (int call = 1; call <= calls; call++) {
        char name[96] = "given.input";
        if (call > 1) sprintf(name, "further.%d", call - 1);
        Array x = given(q, name);
        double count = (double)x.size / x.shape[1], weight = isnan(momentum) ? 1.0 / call : momentum;
        for (long c = 0; training && c < mean.size; c++) {
            double new_mean, new_variance;
            moments(&x, c, &new_mean, &new_variance);
            mean.values[c] += weight * (new_mean - mean.values[c]);
            new_variance *= count / (count - 1);
            variance.values[c] += weight * (new_variance - variance.values[c]);
        }
        const char *wanted = member(q->json, "state"), *each;
        for (int i = 0; (each = item(wanted, i)); i++) {
            if ((int)number(member(each, "after")) != call) continue;
            char spoken[64];
            copy(member(each, "name"), spoken, sizeof spoken);
            Array counter = make_array("i8", 0, NULL);
            counter.values[0] = training ? call : 0;
            snprintf(name, sizeof name, "state.%d.%s", call, spoken);
            answer(q, name, !strcmp(spoken, "running_mean")  ? &mean
                            : !strcmp(spoken, "running_var") ? &variance
                                                             : &counter);
        }
    }
}

static const char *batch_norm(const Question *q) {
    int is_class = is_string(member(q->json, "kind"), "class"), tracks = has(q, "running_mean");
    int training = is_true(is_class ? member(q->json, "training") : argument(q, "training"));
    const char *given_momentum = argument(q, "momentum");
    Array x = given(q, "given.input"), g = given(q, "cotangent.output"), y = like(&x), dx = like(&x);
    long batch = x.shape[0], channels = x.shape[1], inner = elements(&x);
    double eps = number(argument(q, "eps")), count = (double)batch * inner;
    Array w = make_array(x.type, 1, &channels), b = like(&w), dw = like(&w), db = like(&w);
    for (long c = 0; c < channels; c++) w.values[c] = 1;
    if (has(q, "weight")) w = given(q, "given.weight"), b = given(q, "given.bias");
    Array means = tracks ? given(q, "given.running_mean") : like(&w);
    Array variances = tracks ? given(q, "given.running_var") : like(&w);
    for (long c = 0; c < channels; c++) {
        int uses_batch = training || !tracks;
        double mean = means.values[c], variance = variances.values[c];
        if (uses_batch) moments(&x, c, &mean, &variance);
        double scale = 1 / sqrt(variance + eps);
        for (int pass = 0; pass < 2; pass++) /* first the sums that the second needs */
            for (long n = 0; n < batch; n++)
                for (long i = 0; i < inner; i++) {
                    long at = (n * channels + c) * inner + i;
                    double normal = (x.values[at] - mean) * scale, bar = g.values[at];
                    if (pass == 0) {
                        y.values[at] = normal * w.values[c] + b.values[c];
                        dw.values[c] += bar * normal;
                        db.values[c] += bar;
                    } else {
                        if (uses_batch) bar -= (db.values[c] + normal * dw.values[c]) / count;
                        dx.values[at] = bar * w.values[c] * scale;
                    }
                }
    }
    answer(q, "output.output", &y);
    answer(q, "gradient.input", &dx);
    if (has(q, "weight")) answer(q, "gradient.weight", &dw), answer(q, "gradient.bias", &db);
    if (tracks) running(q, training, is_null(given_momentum) ? NAN : number(given_momentum));
    return NULL;
}
