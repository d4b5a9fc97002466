// Any bytes as a trace. The trace is refused with a sentence that names a line, or its rows are
// sorted, have lengths within the limits, and read the same in any order; when the file is cut
// short meanwhile, the rows that are gone are refused.

#include <paceline/workload/item_shape.h>
#include <paceline/workload/trace.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"
#include "memory_file.h"

namespace paceline {
namespace {

using workload::Trace;
using workload::TraceRow;

bool are_equal(const TraceRow& one, const TraceRow& other) {
  return one.at == other.at && one.in == other.in && one.out == other.out &&
         one.blocks == other.blocks;
}

void check_row(const Trace& trace, const TraceRow& row, std::chrono::nanoseconds before) {
  constexpr std::uint64_t longest = 10'000'000;
  require(row.at >= before, "the rows are sorted");
  require(row.at <= trace.length(), "no row is behind the last one");
  require((row.in > 0) == trace.has_in() && row.in <= longest, "a prompt has a length");
  require((row.out > 0) == trace.has_out() && row.out <= longest, "a response has a length");
  constexpr std::uint64_t short_prompt = 1'000;
  if (row.in == 0 || row.in > short_prompt) return;
  std::string text;
  workload::append_prompt(1, 2, {.in = row.in, .blocks = row.blocks}, trace.block_tokens(), text);
  std::uint64_t words = 1;
  for (const char letter : text) words += letter == ' ' ? 1 : 0;
  require(words == row.in, "a prompt has its length");
}

/// Reads against the file's order. At least the first `sure` rows must be there.
void check_backwards(const std::shared_ptr<const Trace>& trace, const std::vector<TraceRow>& rows,
                     std::size_t sure) {
  workload::TraceReader reader(trace);
  for (std::size_t k = rows.size(); k-- > 0;) {
    const auto row = reader.read(k);
    require(row || k >= sure, "an accepted row reads again");
    require(!row || are_equal(**row, rows[k]), "a row reads as before");
  }
}

void check(std::string_view text, const workload::TraceOptions& options) {
  MemoryFile memory(text);
  const auto opened = Trace::open(memory.path(), options);
  if (!opened) {
    const std::string& message = opened.error().message;
    require(message.starts_with(memory.path() + ":"), "an error names the file");
    require(message.find("; ") != std::string::npos, "an error says what to do");
    return;
  }
  const std::shared_ptr<const Trace>& trace = *opened;
  std::vector<TraceRow> rows;
  workload::TraceReader forwards(trace);
  for (std::size_t k = 0; k < trace->size(); ++k) {
    const auto row = forwards.read(k);
    require(row.has_value(), "an accepted row reads");
    check_row(*trace, **row, rows.empty() ? std::chrono::nanoseconds(0) : rows.back().at);
    rows.push_back(**row);
  }
  check_backwards(trace, rows, rows.size());
  memory.cut(text.size() / 2);
  check_backwards(trace, rows, 0);
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(bytes + 1, bytes + size);
  paceline::workload::TraceOptions options;
  if ((bytes[0] & 1U) != 0) options.speed = 60;
  if ((bytes[0] & 2U) != 0) options.from = std::chrono::seconds(1);
  if ((bytes[0] & 4U) != 0) options.to = std::chrono::seconds(100);
  if ((bytes[0] & 8U) != 0) options.block_tokens = 3;
  paceline::check(text, options);
  return 0;
}
