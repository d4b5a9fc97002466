#include <paceline/workload/generation_stream.h>

#include <fmt/format.h>

#include <paceline/text/json.h>
#include <paceline/workload/json_reader.h>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;

/// Replaces `value` by the raw JSON that was found, unless that is null.
void keep(simdjson::simdjson_result<dom::element> found, std::string& value) {
  if (has_value(found)) value = simdjson::to_string(found.value_unsafe());
}

std::string_view or_null(const std::string& value) {
  return value.empty() ? "null" : std::string_view(value);
}

}  // namespace

void StreamedText::clear() {
  for (std::string* value :
       {&id_, &created_, &model_, &finish_reason_, &usage_, &text_, &response_}) {
    value->clear();
  }
}

void StreamedText::add_chunk(dom::element root) {
  if (id_.empty()) {
    // These fields are the same in every chunk.
    keep(root["id"], id_);
    keep(root["created"], created_);
    keep(root["model"], model_);
  }
  keep(root["usage"], usage_);
  keep(root["choices"].at(0)["finish_reason"], finish_reason_);
}

void StreamedText::set_response(dom::element response) {
  response_ = simdjson::to_string(response);
}

std::string StreamedText::whole() const {
  if (!response_.empty()) return response_;
  return fmt::format(
      R"({{"id":{},"object":"chat.completion","created":{},"model":{},"choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":{}}},"finish_reason":{}}}],"usage":{}}})",
      or_null(id_), or_null(created_), or_null(model_), text::json_quoted(text_),
      or_null(finish_reason_), or_null(usage_));
}

}  // namespace paceline::workload
