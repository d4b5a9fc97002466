#include <fmt/format.h>
#include <paceline/text/json.h>
#include <paceline/workload/batch_output.h>

#include <iterator>

namespace paceline::workload {
namespace {

std::string custom_id_of(const log::RequestRecord& record) {
  if (record.custom_id.empty()) return fmt::format("request-{}", record.item);
  return std::string(record.custom_id);
}

std::string error_code(long status) {
  constexpr long ok = 200;
  constexpr long redirect = 300;
  if (status == 0) return "no_response";
  if (status >= ok && status < redirect) return "bad_response";
  return fmt::format("http_{}", status);
}

}  // namespace

std::string_view BatchOutput::line(std::int64_t run, const log::RequestRecord& record) {
  line_.clear();
  const auto out = std::back_inserter(line_);
  fmt::format_to(out, R"({{"id":"batch_req_{}_{}","custom_id":{},"response":)", run, record.item,
                 text::json_quoted(custom_id_of(record)));
  if (record.status == 0) {
    line_ += "null";
  } else {
    fmt::format_to(out, R"({{"status_code":{},"request_id":"req_{}_{}","body":)", record.status,
                   run, record.item);
    append_body(record.response);
    line_ += '}';
  }
  line_ += R"(,"error":)";
  if (record.error.empty()) {
    line_ += "null";
  } else {
    fmt::format_to(out, R"({{"code":"{}","message":{}}})", error_code(record.status),
                   text::json_quoted(record.error));
  }
  line_ += "}\n";
  text::escape_controls(line_);
  return line_;
}

void BatchOutput::append_body(std::string_view response) {
  if (response.empty()) {
    line_ += "null";
    return;
  }
  // The server's JSON may have several lines.
  const std::size_t begin = line_.size();
  std::size_t size = 0;
  line_.resize(begin + response.size());
  const bool json =
      is_json(response) && simdjson::minify(response.data(), response.size(), line_.data() + begin,
                                            size) == simdjson::SUCCESS;
  line_.resize(begin + size);
  if (!json) line_.replace(begin, size, text::json_quoted(response));
}

bool BatchOutput::is_json(std::string_view text) {
  return parser_.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

}  // namespace paceline::workload
