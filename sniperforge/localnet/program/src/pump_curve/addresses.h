/* Fixed addresses as four little-endian words each; the program addresses among them with their seeds and bumps. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "common/addresses.h"

#define EVENT_AUTHORITY_BUMP 255
#define EVENT_AUTHORITY_SEED "__event_authority"
#define MINT_AUTHORITY_BUMP 255
#define MINT_AUTHORITY_SEED "mint-authority"

/* 6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P */
static const Key PROGRAM_ID = {{0xcf5a6693f6e05601, 0xaa5b17bf6815db44,
    0x3bffd2f597cb8951, 0xb0186dfdb62b5d65}};
/* 4wTV1YmiEkRvAtNtsSGPtUrqRYQMe5SKy2uB4Jjaxnjf: ["global"] */
static const Key GLOBAL = {{0x80540fee695e863a, 0x2fdce45763f6bcca,
    0x8974eac1458dd518, 0xa6723c79d92337fb}};
/* Ce6TQqeHC9p8KetsN6JsjHK7UTZk7nasjjnr7XxXp9F1: ["__event_authority"] */
static const Key EVENT_AUTHORITY = {{0x4e1cfc01eb36f1ac, 0xb54a84b5c8233d88,
    0xe9c557dd6af6379a, 0x645cd359e0533bac}};
/* TSLvdd1pWpHVjahSpsvCXUbgwsL3JAcvokwaKt1eokM: ["mint-authority"] */
static const Key MINT_AUTHORITY = {{0x67258d63cec1c506, 0xd151b95eb06864d2,
    0xb58234126ecc8da2, 0xf22be670971475c6}};
/* Hq2wp8uJ9jCPsYgNHex8RtqdvMPfVGoYwjvF1ATiwn2Y: ["global_volume_accumulator"] */
static const Key GLOBAL_VOLUME = {{0x2d416348a51109fa, 0x6c290387074e1f63,
    0xc8d9a033130d5f03, 0x2d6efe10b7738d83}};
/* pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ: the program that says the fee rates */
static const Key FEE_PROGRAM = {{0x568e5a05a9ff350c, 0x27155607bcf7a88d,
    0x00401fa42cc9f14c, 0x707cc214a46a519c}};
/* 8Wf5TiAheLUqBrKXeYg2JtAFFMWtKdG2BSFgqUcPVwTt: ["fee_config", PROGRAM_ID] under FEE_PROGRAM */
static const Key FEE_CONFIG = {{0xc08d95f1a4b49a6f, 0x99072cb73f4cc9a9,
    0x4fa2e385a4ed4358, 0x0f9419f89993c610}};
/* So11111111111111111111111111111111111111112 */
static const Key WSOL_MINT = {{0x8481abfe57889b06, 0x35c01846637f68fb,
    0x553beb1adc39c4da, 0x0100000000f0a098}};
/* metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s: Metaplex token metadata */
static const Key METADATA_PROGRAM = {{0x457cd1e3b165700b, 0xcdc3046b7f529d38,
    0xb5fda01a736cb858, 0x4629f803bcd1b649}};
/* MAyhSmzXzV1pTf7LsNkrNwkWKTo4ougAJ1PPg47MD4e */
static const Key MAYHEM_PROGRAM = {{0x24a7daa7d7e52a05, 0x85915429a7b0eaa6,
    0x4c67601667a0d45a, 0xa3653d805945034e}};
/* The zero key, which stands for SOL as quote and for "no creator". */
#define NO_KEY SYSTEM_PROGRAM

#endif
