#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <paceline/lengths.h>
#include <paceline/prompt.h>
#include <paceline/text/result.h>
#include <paceline/workload/trace.h>
#include <paceline/workload/zipf_groups.h>

namespace paceline::workload {

/// The lengths of an item, in tokens, and its group.
struct ItemShape {
  /// Of the prompt; 0: as in the body.
  std::uint64_t in = 0;
  /// The most tokens of the response; 0: any.
  std::uint64_t out = 0;
  /// As TraceRow::blocks.
  std::span<const std::uint64_t> blocks{};
  /// Of Prompt::prefix_groups, from 0 on.
  std::uint64_t group = 0;
};

/// Gives items their lengths and their groups. Lengths are those of the rows of a trace, as far as
/// it records them, or else those of distributions, in which the two lengths of an item are
/// independent. Not thread-safe.
class ItemShapes {
 public:
  /// `out`: the lengths of responses. `trace`: nullptr: there is none.
  explicit ItemShapes(const Prompt& prompt, const Lengths& out = {},
                      std::shared_ptr<const Trace> trace = nullptr);

  /// The shape of `item`, valid until the next call. After the last row, the first one follows.
  /// Errors: those of TraceReader::read().
  Result<ItemShape> of(std::uint64_t item);

 private:
  Lengths in_;
  Lengths out_;
  ZipfGroups groups_;
  /// Nothing: no length is recorded.
  std::optional<TraceReader> rows_;
};

/// Appends the prefix of a group: synthetic text, the same in every run. The first three words of
/// different groups differ.
void append_prefix(std::uint64_t group, std::size_t tokens, std::string& out);

/// Appends the prompt of an item: synthetic text of ItemShape::in tokens. For one salt, blocks with
/// equal ids have equal text, and the rest is unique to the item. `block_tokens`: of a block.
void append_prompt(std::uint64_t salt, std::uint64_t item, const ItemShape& shape,
                   std::size_t block_tokens, std::string& out);

}  // namespace paceline::workload
