/* Arrays of a pack: .npy files, version 1.0, little-endian (as this machine must be), rows first.
   Whatever a file holds becomes doubles, and goes back to the type it came in. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char type[4]; /* "<f4", "<f8" or "<i8" without the first character */
    int rank;
    long shape[8];
    long size;
    double *values;
} Array;

static void fail(const char *what, const char *path) {
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static Array make_array(const char *type, int rank, const long *shape) {
    Array made = {"", rank, {0}, 1, NULL};
    strcpy(made.type, type);
    for (int i = 0; i < rank; i++) {
        made.shape[i] = shape[i];
        made.size *= shape[i];
    }
    made.values = calloc(made.size ? made.size : 1, sizeof(double));
    return made;
}

static Array like(const Array *other) { return make_array(other->type, other->rank, other->shape); }

static Array read_npy(const char *path) {
    FILE *file = fopen(path, "rb");
    unsigned char start[10];
    if (!file || fread(start, 1, 10, file) != 10 || memcmp(start, "\x93NUMPY\x01", 7))
        fail("no .npy file of version 1", path);
    int length = start[8] | start[9] << 8;
    char *header = calloc(length + 1, 1), type[4] = "";
    if (fread(header, 1, length, file) != (size_t)length) fail("cut short", path);
    char *found = strstr(header, "'descr': '<"), *sizes = strstr(header, "'shape': (");
    if (!found || !sizes) fail("no header that can be read", path);
    strncpy(type, found + 11, 2);
    long shape[8];
    int rank = 0;
    for (char *at = sizes + 10; *at != ')' && rank < 8;) {
        char *end;
        long size = strtol(at, &end, 10);
        if (end != at) shape[rank++] = size;
        at = end == at ? at + 1 : end;
    }
    free(header);
    Array read = make_array(type, rank, shape);
    for (long i = 0; i < read.size; i++) {
        float single;
        double full = 0;
        long long whole;
        size_t got = 0;
        if (!strcmp(type, "f4")) got = fread(&single, 4, 1, file), full = single;
        else if (!strcmp(type, "f8")) got = fread(&full, 8, 1, file);
        else if (!strcmp(type, "i8")) got = fread(&whole, 8, 1, file), full = (double)whole;
        if (!got) fail("numbers of another type, or too few", path);
        read.values[i] = full;
    }
    fclose(file);
    return read;
}

static void write_npy(const char *path, const Array *array) {
    char header[512] = "", shape[256] = "";
    for (int i = 0; i < array->rank; i++) sprintf(shape + strlen(shape), "%ld, ", array->shape[i]);
    sprintf(header, "{'descr': '<%s', 'fortran_order': False, 'shape': (%s), }", array->type, shape);
    int length = (int)strlen(header) + 1;
    length += (64 - (10 + length) % 64) % 64;
    FILE *file = fopen(path, "wb");
    if (!file) fail("cannot be written", path);
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc(length & 255, file);
    fputc(length >> 8, file);
    fprintf(file, "%-*s\n", length - 1, header);
    for (long i = 0; i < array->size; i++) {
        float single = (float)array->values[i];
        long long whole = (long long)array->values[i];
        if (!strcmp(array->type, "f4")) fwrite(&single, 4, 1, file);
        else if (!strcmp(array->type, "i8")) fwrite(&whole, 8, 1, file);
        else fwrite(&array->values[i], 8, 1, file);
    }
    fclose(file);
}
