#include <paceline/workload/item_shape.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <utility>

namespace paceline::workload {
namespace {

/// The texts of blocks differ from those of items.
constexpr std::uint64_t salt_of_blocks = 0x626c6b;

/// The lengths of an item are drawn apart from each other.
constexpr std::uint64_t seed_of_in = 0x696e;
constexpr std::uint64_t seed_of_out = 0x6f7574;

/// The length of `item` in a distribution.
std::uint64_t drawn_length(const Lengths& lengths, std::uint64_t seed, std::uint64_t item) {
  return lengths.at(uniform_number(mixed_bits(mixed_bits(seed) + item)));
}

}  // namespace

ItemShapes::ItemShapes(const Prompt& prompt, const Lengths& out, std::shared_ptr<const Trace> trace)
    : in_(prompt.synthetic_tokens), out_(out), groups_(prompt.prefix_groups) {
  if (trace && (trace->has_in() || trace->has_out())) rows_.emplace(std::move(trace));
}

Result<ItemShape> ItemShapes::of(std::uint64_t item) {
  ItemShape shape{.in = drawn_length(in_, seed_of_in, item),
                  .out = drawn_length(out_, seed_of_out, item),
                  .group = groups_.of(item)};
  if (!rows_) return shape;
  const Trace& trace = rows_->trace();
  const auto row = rows_->read(static_cast<std::size_t>(item % trace.size()));
  if (!row) return tl::unexpected(row.error());
  if (trace.has_out()) shape.out = (*row)->out;
  if (trace.has_in()) {
    shape.in = (*row)->in;
    shape.blocks = (*row)->blocks;
  }
  return shape;
}

void append_prefix(std::uint64_t group, std::size_t tokens, std::string& out) {
  constexpr std::uint64_t salt_of_every_run = 0;
  append_synthetic_text(salt_of_every_run, group, tokens, out);
}

void append_prompt(std::uint64_t salt, std::uint64_t item, const ItemShape& shape,
                   std::size_t block_tokens, std::string& out) {
  std::size_t left = shape.in;
  for (const std::uint64_t block : shape.blocks) {
    const std::size_t tokens = std::min(block_tokens, left);
    append_synthetic_text(salt + salt_of_blocks, block, tokens, out);
    left -= tokens;
    if (left == 0) return;
    out += ' ';
  }
  append_synthetic_text(salt, item, left, out);
}

}  // namespace paceline::workload
