#include "bytes.h"

enum {
  MARK = IS_TARGET | IS_VALUE,
  TOKEN_MARK = MARK | IS_TOKEN,
  NAME_MARK = MARK | IS_REG_NAME,
  WORD = MARK | IS_TOKEN | IS_REG_NAME,
  HEX_WORD = WORD | IS_HEX,
};

const uint8_t CLASSES[256] = {
    ['\t'] = IS_VALUE,   [' '] = IS_VALUE,    ['!'] = WORD,        ['"'] = MARK,
    ['#'] = TOKEN_MARK,  ['$'] = WORD,        ['%'] = TOKEN_MARK,  ['&'] = WORD,
    ['\''] = WORD,       ['('] = NAME_MARK,   [')'] = NAME_MARK,   ['*'] = WORD,
    ['+'] = WORD,        [','] = NAME_MARK,   ['-'] = WORD,        ['.'] = WORD,
    ['/'] = MARK,        ['0' ... '9'] = HEX_WORD, [':'] = MARK,   [';'] = NAME_MARK,
    ['<'] = MARK,        ['='] = NAME_MARK,   ['>'] = MARK,        ['?'] = MARK,
    ['@'] = MARK,        ['A' ... 'F'] = HEX_WORD, ['G' ... 'Z'] = WORD, ['['] = MARK,
    ['\\'] = MARK,       [']'] = MARK,        ['^'] = TOKEN_MARK,  ['_'] = WORD,
    ['`'] = TOKEN_MARK,  ['a' ... 'f'] = HEX_WORD, ['g' ... 'z'] = WORD, ['{'] = MARK,
    ['|'] = TOKEN_MARK,  ['}'] = MARK,        ['~'] = WORD,        [0x80 ... 0xFF] = MARK,
};
