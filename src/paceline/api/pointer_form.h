#pragma once

#include <memory>
#include <optional>
#include <string>

#include <paceline/api/api_form.h>
#include <paceline/error.h>

namespace paceline::api {

/// Where a response, or each event of a streamed one, has its parts: JSON pointers (RFC 6901), such
/// as "/message/content". Empty: nowhere.
struct ResponsePointers {
  std::string text{};
  std::string prompt_tokens{};
  std::string completion_tokens{};
};

/// Why the pointers cannot be used; nothing: they can. Error: invalid_value.
std::optional<Error> find_error(const ResponsePointers& pointers);

/// A form of which only these parts are known. Every JSON object without an error is a response. A
/// streamed response is server-sent events or newline-delimited JSON, and is complete when the
/// server has ended the response.
class PointerForm : public ApiForm {
 public:
  explicit PointerForm(ResponsePointers pointers) : pointers_(std::move(pointers)) {}

  std::string_view name() const override { return "template"; }
  std::string_view path() const override { return {}; }
  Outcome read_whole(simdjson::dom::element root) const override;
  /// The reader refers to this form.
  std::unique_ptr<EventReader> make_event_reader() const override;
  bool has_bare_events() const override { return true; }
  std::string_view mark_of_events() const override { return pointers_.text; }

 private:
  ResponsePointers pointers_;
};

}  // namespace paceline::api
