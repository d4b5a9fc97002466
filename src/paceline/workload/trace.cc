#include <paceline/workload/trace.h>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include <paceline/text/numbers.h>

namespace paceline::workload {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::nanoseconds longest_replay = std::chrono::hours(366 * 24);

tl::unexpected<Error> at_line(const RegularFile& file, const LineScanner& scanner,
                              std::string_view message) {
  return fail(ErrorCode::bad_line,
              fmt::format("{}:{}: {}", file.path(), scanner.number(), message));
}

}  // namespace

Result<std::shared_ptr<const Trace>> Trace::open(const std::string& path,
                                                 const TraceOptions& options) {
  auto file = RegularFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  const std::shared_ptr<Trace> trace(new Trace(std::move(*file), options));
  if (auto read = trace->read_rows(); !read) return tl::unexpected(std::move(read.error()));
  return trace;
}

Result<void> Trace::read_rows() {
  LineScanner scanner(file_);
  std::optional<TraceParser> parser;
  TraceRow row;
  bool is_within = true;
  while (is_within && scanner.next()) {
    if (!parser) {
      auto form = TraceForm::of(scanner.text());
      if (!form) return at_line(file_, scanner, form.error().message);
      form_ = *form;
      parser.emplace(form_);
      if (form_.has_header) continue;
    }
    if (auto parsed = parser->parse(scanner.text(), row); !parsed) {
      return at_line(file_, scanner, parsed.error().message);
    }
    auto added = add(scanner, row);
    if (!added) return tl::unexpected(std::move(added.error()));
    is_within = *added;
  }
  if (!scanner.result()) return scanner.result();
  if (offsets_.size() == 0) {
    return fail(ErrorCode::bad_line,
                file_.path() + (has_rows_ ? ": the selected part of the trace has no request; "
                                            "select another part"
                                          : ": the file has no request; give one on each line"));
  }
  offsets_.add(scanner.offset());
  offsets_.shrink_to_fit();
  return {};
}

Result<bool> Trace::add(const LineScanner& scanner, const TraceRow& row) {
  if (!has_rows_) first_ = last_ = row.at;
  has_rows_ = true;
  if (row.at < last_) {
    return at_line(file_, scanner,
                   "the row is earlier than the row before it; sort the rows by time");
  }
  last_ = row.at;
  const nanoseconds at = row.at - first_;
  if (offsets_.size() == options_.rows || at >= options_.to) return false;
  if (at < options_.from) return true;
  if (static_cast<double>(at.count()) / options_.speed >
      static_cast<double>(longest_replay.count())) {
    return at_line(file_, scanner,
                   "the row would be due more than a year after the first one; replay a part, or "
                   "replay faster");
  }
  length_ = due(row.at);
  offsets_.add(scanner.offset());
  hashes_.add(scanner.text());
  return true;
}

nanoseconds Trace::due(nanoseconds at) const {
  const nanoseconds recorded = at - first_ - options_.from;
  if (options_.speed == 1) return recorded;
  return nanoseconds(std::llround(static_cast<double>(recorded.count()) / options_.speed));
}

TraceReader::TraceReader(std::shared_ptr<const Trace> trace)
    : trace_(std::move(trace)), lines_(trace_->file_, trace_->offsets_), parser_(trace_->form_) {}

Result<const TraceRow*> TraceReader::read(std::size_t k) {
  assert(k < trace_->size());
  auto line = lines_.read(k);
  if (!line) return tl::unexpected(std::move(line.error()));
  std::string_view text = line->substr(0, line->find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!parser_.parse(text, row_) || row_.at - trace_->first_ < trace_->options_.from) {
    return fail(ErrorCode::bad_line,
                fmt::format("{}: row {} of the replay is no longer in the file; do not change the "
                            "file during a run",
                            trace_->file_.path(), k + 1));
  }
  row_.at = trace_->due(row_.at);
  return &row_;
}

}  // namespace paceline::workload
