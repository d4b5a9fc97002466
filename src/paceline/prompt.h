#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <paceline/lengths.h>

namespace paceline {

/// Where to insert a unique nonce that defeats caches.
enum class Nonce {
  none,
  /// Defeats caches of prefixes and of responses.
  start,
  /// Defeats caches of responses only.
  end,
};

/// Random token ids, of which the prompt of a completion or of an embedding may consist.
struct TokenIds {
  /// Number of ids; 0: the prompt is text.
  std::size_t count = 0;
  /// The ids are less than this number. They are at least 1000, or at least half of a vocabulary
  /// below 2000, because ids of special tokens are usually low.
  std::uint64_t vocabulary = 0;
};

/// Images of a prompt, different for each request.
struct PromptImages {
  /// Number of images.
  std::size_t count = 0;
  /// In pixels, from 1 to 8192.
  std::uint32_t width = 0;
  /// In pixels, from 1 to 8192.
  std::uint32_t height = 0;
};

/// Groups of requests that share a prefix.
struct PrefixGroups {
  /// Number of groups, from 1 to 10,000,000. Each has a prefix of its own.
  std::uint64_t count = 1;
  /// The exponent of Zipf's law, from 0 to 10: the share of the k-th group is proportional to
  /// 1 / k^exponent. 0: all groups have equal shares.
  double exponent = 0;
};

/// The prompt of a language model.
struct Prompt {
  /// System message; empty: none.
  std::string system = "You are an expert Spanish to English translator";
  /// User message. Each {n} becomes the item's number.
  std::string text = "Translate: sentence #{n}: Esta es una prueba básica de traducción.";
  /// Where each request gets a unique nonce.
  Nonce nonce = Nonce::start;
  /// Length of a prefix that requests share, to measure hits of a prefix cache. The prefix is the
  /// same in every run. Approximate; 0: no prefix.
  std::size_t shared_prefix_tokens = 0;
  /// Which requests share their prefix. An item is in the same group in every run.
  PrefixGroups prefix_groups{};
  /// Lengths of synthetic texts, unique to the items, that replace `system`, `text` and `nonce`.
  /// Approximate; 0: no synthetic text.
  Lengths synthetic_tokens = 0;
  /// Token ids that replace all text, unique to the item. Exact, apart from a token that the server
  /// may put first. `shared_prefix_tokens` more ids may precede them.
  TokenIds ids{};
  /// Images beside the text.
  PromptImages images{};
};

}  // namespace paceline
