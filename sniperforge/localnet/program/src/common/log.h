/* Log lines put together from text and numbers. */
#ifndef LOG_H
#define LOG_H

#include "runtime.h"

typedef struct { u64 len; char text[320]; } Line;

static void put_text(Line *line, const char *text) {
  while (*text != 0 && line->len < sizeof line->text) line->text[line->len++] = *text++;
}

static void put_number(Line *line, u64 value) {
  char digits[20];
  u64 count = 0;
  do {
    digits[count++] = '0' + value % 10;
    value /= 10;
  } while (value != 0);
  while (count > 0 && line->len < sizeof line->text) line->text[line->len++] = digits[--count];
}

static void log_line(const Line *line) { sol_log_(line->text, line->len); }

SHARED void log_value(const char *label, u64 value) {
  Line line;
  line.len = 0;
  put_text(&line, label);
  put_number(&line, value);
  log_line(&line);
}

#define TRY(expression) do { u64 try_code = (expression); if (try_code != 0) return try_code; } while (0)

#endif
