#include "parser.h"

#ifdef __wasm__
uint8_t input[INPUT_SIZE];
#else
const uint8_t *input;
#endif
uint8_t text[TEXT_SIZE];
int32_t text_values;
struct settings settings;
struct head head;
struct chunks chunks;
struct proxy proxy;
