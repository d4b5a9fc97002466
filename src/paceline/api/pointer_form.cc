#include <paceline/api/pointer_form.h>

#include <fmt/format.h>

#include <array>
#include <utility>

#include <paceline/api/json_reader.h>
#include <paceline/api/whole_response.h>
#include <paceline/text/strings.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

/// Nothing without a pointer.
std::optional<Usage> read_usage_at(const ResponsePointers& pointers, dom::element root) {
  const auto count_at = [root](const std::string& pointer) -> std::optional<std::uint64_t> {
    if (pointer.empty()) return std::nullopt;
    return read_count(root.at_pointer(pointer));
  };
  const Usage usage{.prompt_tokens = count_at(pointers.prompt_tokens),
                    .completion_tokens = count_at(pointers.completion_tokens)};
  if (!usage.prompt_tokens && !usage.completion_tokens) return std::nullopt;
  return usage;
}

class PointerEvents : public EventReader {
 public:
  explicit PointerEvents(const ResponsePointers& pointers) : pointers_(pointers) {}

  void begin(bool keeps_text) override {
    keeps_text_ = keeps_text;
    text_.clear();
  }

  void read(std::string_view /*type*/, dom::element root, StreamFindings& findings) override {
    findings.error = read_bare_error(root);
    if (findings.error) return;
    // The transport finds responses that are cut off.
    findings.is_complete = true;
    std::string_view text;
    const bool has_text =
        pointers_.text.empty() || read_value(root.at_pointer(pointers_.text), text);
    findings.is_of_form = findings.is_of_form || has_text;
    findings.delta.add_answer(text.size());
    merge_usage(findings.usage, read_usage_at(pointers_, root));
    if (keeps_text_) text_ += text;
  }

  std::string whole() const override {
    return fmt::format(R"({{"text":{}}})", text::json_quoted(text_));
  }
  std::size_t held() const override { return text_.capacity(); }

 private:
  const ResponsePointers& pointers_;
  bool keeps_text_ = false;
  std::string text_;
};

}  // namespace

std::optional<Error> find_error(const ResponsePointers& pointers) {
  const std::array given{&pointers.text, &pointers.prompt_tokens, &pointers.completion_tokens};
  dom::parser parser;
  const dom::element root = parser.parse(std::string_view("{}")).value();
  for (const std::string* pointer : given) {
    if (pointer->empty()) continue;
    if (root.at_pointer(*pointer).error() == simdjson::INVALID_JSON_POINTER) {
      return Error{
          ErrorCode::invalid_value,
          fmt::format("'{}' is not a JSON pointer; write one such as /message/content", *pointer)};
    }
  }
  return std::nullopt;
}

Outcome PointerForm::read_whole(dom::element root) const {
  if (const auto told = read_bare_error(root)) return failed_by(*told);
  std::string_view text;
  if (!pointers_.text.empty() && !read_value(root.at_pointer(pointers_.text), text)) {
    return not_of_form("has no text at " + pointers_.text, words_of_error(root));
  }
  Outcome outcome;
  outcome.usage = read_usage_at(pointers_, root);
  return outcome;
}

std::unique_ptr<EventReader> PointerForm::make_event_reader() const {
  return std::make_unique<PointerEvents>(pointers_);
}

}  // namespace paceline::api
