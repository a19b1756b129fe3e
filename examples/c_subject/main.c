/* A few layers in C under test: answers every question of a pack.   subject PACK RESULTS */

#include <sys/stat.h>

#include "npy.h"

#include "json.h"

#include "layers.h"

typedef struct {
    const char *target;
    const char *(*run)(const Question *);
} Entry;

static const Entry ENTRIES[] = {
    {"nn.Linear", linear},
    {"nn.functional.linear", linear},
    {"nn.Conv2d", conv2d},
    {"nn.functional.conv2d", conv2d},
    {"nn.BatchNorm1d", batch_norm},
    {"nn.BatchNorm2d", batch_norm},
    {"nn.BatchNorm3d", batch_norm},
    {"nn.functional.batch_norm", batch_norm},
};

static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("is missing", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(size + 1, 1);
    if (fread(text, 1, size, file) != (size_t)size) fail("cannot be read", path);
    fclose(file);
    return text;
}

static const char *reply(const Question *q) {
    const char *dtype = member(q->json, "dtype"), *target = member(q->json, "target");
    if (!is_string(dtype, "float32") && !is_string(dtype, "float64"))
        return "not implemented: half types";
    for (size_t i = 0; i < sizeof ENTRIES / sizeof *ENTRIES; i++)
        if (is_string(target, ENTRIES[i].target)) return ENTRIES[i].run(q);
    return "not implemented: this layer";
}

int main(int count, char **words) {
    if (count != 3) return fprintf(stderr, "usage: %s PACK RESULTS\n", words[0]), 2;
    char path[4096], name[512];
    snprintf(path, sizeof path, "%s/pack.json", words[1]);
    char *pack = read_text(path);
    if (number(member(pack, "version")) != 1 || !is_string(member(pack, "format"), "npy") ||
        !is_string(member(pack, "dialect"), "torch"))
        fail("wanted: version 1, --format npy and --dialect torch", path);
    mkdir(words[2], 0777);
    snprintf(path, sizeof path, "%s/results.json", words[2]);
    FILE *results = fopen(path, "w");
    if (!results) fail("cannot be written", path);
    fprintf(results, "{\"version\": 1, \"subject\": \"C\"}\n");
    fclose(results);
    const char *questions = member(pack, "questions"), *each;
    for (int i = 0; (each = item(questions, i)); i++) {
        copy(each, name, sizeof name);
        snprintf(path, sizeof path, "%s/%s/question.json", words[1], name);
        char *json = read_text(path);
        snprintf(path, sizeof path, "%s/%s", words[2], name);
        mkdir(path, 0777);
        Question question = {words[1], words[2], name, json};
        const char *lacking = reply(&question);
        snprintf(path, sizeof path, "%s/%s/answer.json", words[2], name);
        FILE *said = fopen(path, "w");
        if (!said) fail("cannot be written", path);
        if (lacking) fprintf(said, "{\"version\": 1, \"unsupported\": \"%s\"}\n", lacking);
        else
            fprintf(said, "{\"version\": 1, \"unsupported\":"
                          " {\"parameters\": \"never: a function owns nothing\"}}\n");
        fclose(said);
        free(json);
    }
    free(pack);
    return 0;
}
