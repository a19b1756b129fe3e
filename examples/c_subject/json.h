/* Just enough JSON: a value is a pointer to where its text begins. */

#include <stdlib.h>
#include <string.h>

static const char *blank(const char *at) { return at + strspn(at, " \t\r\n"); }

static const char *after_string(const char *at) {
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
    return *at ? at + 1 : at;
}

/* Where the text after a value begins. */
static const char *after(const char *at) {
    at = blank(at);
    if (*at == '"') return after_string(at);
    if (*at != '{' && *at != '[') return at + strcspn(at, ",]} \t\r\n");
    int depth = 0;
    while (*at) {
        if (*at == '"') {
            at = after_string(at);
            continue;
        }
        if (*at == '{' || *at == '[') depth++;
        if ((*at == '}' || *at == ']') && --depth == 0) return at + 1;
        at++;
    }
    return at;
}

/* An object's value by its key, or NULL. */
static const char *member(const char *object, const char *key) {
    const char *at = blank(object);
    if (*at != '{') return NULL;
    at = blank(at + 1);
    while (*at == '"') {
        const char *end = after_string(at);
        int same = strlen(key) == (size_t)(end - at - 2) && !strncmp(at + 1, key, strlen(key));
        at = blank(end);                    /* the colon */
        if (same) return blank(at + 1);
        at = blank(after(at + 1));
        if (*at == ',') at = blank(at + 1);
    }
    return NULL;
}

/* A list's item by its place, or NULL. */
static const char *item(const char *list, int place) {
    const char *at = blank(blank(list) + 1);
    while (*at && *at != ']') {
        if (place-- == 0) return at;
        at = blank(after(at));
        if (*at == ',') at = blank(at + 1);
    }
    return NULL;
}

static double number(const char *value) { return strtod(value, NULL); }

static int is_string(const char *value, const char *text) {
    return value && *value == '"' && !strncmp(value + 1, text, strlen(text)) &&
           value[1 + strlen(text)] == '"';
}

static int is_true(const char *value) { return value && *value == 't'; }

static int is_null(const char *value) { return !value || *value == 'n'; }

/* A string of no escapes, copied. */
static void copy(const char *value, char *to, size_t room) {
    size_t length = strcspn(value + 1, "\"");
    if (length >= room) length = room - 1;
    memcpy(to, value + 1, length);
    to[length] = 0;
}
