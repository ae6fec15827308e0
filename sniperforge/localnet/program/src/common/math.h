/* 128-bit arithmetic from 64-bit words: the target has no wide multiply or divide. */
#ifndef MATH_H
#define MATH_H

#include "runtime.h"

/* Keeps clang from recognising the four-product idiom and calling __multi3, which this target lacks. */
#define OPAQUE(x) asm volatile("" : "+r"(x))

typedef struct { u64 hi; u64 lo; } Wide;

SHARED void multiply(u64 a, u64 b, Wide *product) {
  u64 a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  OPAQUE(a0);
  OPAQUE(b1);
  u64 low = a0 * b0, mid = a1 * b0 + (low >> 32);
  u64 cross = a0 * b1 + (mid & 0xffffffff);
  product->hi = a1 * b1 + (mid >> 32) + (cross >> 32);
  product->lo = (cross << 32) | (low & 0xffffffff);
}

static inline int wide_less(const Wide *a, const Wide *b) {
  return a->hi != b->hi ? a->hi < b->hi : a->lo < b->lo;
}

/* One 32-bit quotient digit of (high, next) / d, for a normalised d and high < d. */
static u64 quotient_digit(u64 high, u64 next, u64 d, u64 *rest) {
  u64 d1 = d >> 32, d0 = d & 0xffffffff;
  u64 digit = high / d1, left = high - digit * d1;
  while ((digit >> 32) != 0 || digit * d0 > ((left << 32) | next)) {
    digit--;
    left += d1;
    if ((left >> 32) != 0) break;
  }
  *rest = (high << 32) + next - digit * d; /* exact modulo 2^64, as the true rest is below d */
  return digit;
}

/* wide / d and the rest; needs wide.hi < d, so that the quotient fits 64 bits. */
SHARED u64 divide(const Wide *wide, u64 d, u64 *rest) {
  u64 hi = wide->hi, lo = wide->lo, shift = 0, middle, high_digit, low_digit;
  if (hi == 0) {
    *rest = lo % d;
    return lo / d;
  }
  while ((d >> 63) == 0) {
    d <<= 1;
    shift++;
  }
  if (shift != 0) {
    hi = (hi << shift) | (lo >> (64 - shift));
    lo <<= shift;
  }
  high_digit = quotient_digit(hi, lo >> 32, d, &middle);
  low_digit = quotient_digit(middle, lo & 0xffffffff, d, rest);
  *rest >>= shift;
  return (high_digit << 32) + low_digit;
}

/* a * b / d, rounded up when `up`; 0 when it does not fit 64 bits or d is 0, else 1. */
SHARED int multiply_divide(u64 a, u64 b, u64 d, int up, u64 *result) {
  Wide product;
  u64 rest;
  multiply(a, b, &product);
  if (product.hi >= d) return 0;
  *result = divide(&product, d, &rest);
  if (up && rest != 0) {
    *result += 1;
    return *result != 0;
  }
  return 1;
}

static inline int add(u64 a, u64 b, u64 *sum) {
  *sum = a + b;
  return *sum >= a;
}

/* Whole square root of a * b. */
SHARED u64 square_root_of_product(u64 a, u64 b) {
  Wide target, square;
  u64 root = 0;
  multiply(a, b, &target);
  for (u64 bit = 1ULL << 63; bit != 0; bit >>= 1) {
    u64 candidate = root | bit;
    multiply(candidate, candidate, &square);
    if (!wide_less(&target, &square)) root = candidate;
  }
  return root;
}

#endif
