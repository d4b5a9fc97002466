#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <paceline/api/api_form.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::workload {

/// A parsed JSON schema. Not thread-safe.
class JsonSchema {
 public:
  /// Error: invalid_value, for a schema that is wrong or refers to another document.
  static Result<JsonSchema> parse(const api::Json& schema);
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  /// Whether the text is JSON that has the form of the schema.
  bool accepts(const std::string& text) const;

 private:
  struct Parts;
  explicit JsonSchema(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

/// Whether a response must have the format that was asked for: a success that calls no tool.
bool has_format(const Outcome& outcome);

/// Checks on a thread of its own whether responses have the format that was asked for.
///
/// The thread runs only while a core is idle, so that pacing does not feel it. A response that
/// would make the waiting ones exceed 64 MiB is not checked.
class FormatChecker {
 public:
  /// Without a schema, a response must be a JSON object.
  FormatChecker(const api::GenerationForm& form, const api::ResponseFormat& format);
  ~FormatChecker();
  FormatChecker(const FormatChecker&) = delete;
  FormatChecker& operator=(const FormatChecker&) = delete;

  /// Hands a whole response of the form over.
  void check(std::string response);
  /// Waits until all responses have been checked, and returns their counts since the last call.
  FormatChecks finish();

 private:
  void work();
  bool is_valid(const std::string& response);

  const api::GenerationForm& form_;
  std::optional<JsonSchema> schema_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool is_checking_ = false;
  bool ends_ = false;
  FormatChecks checks_;
  std::thread thread_;
};

}  // namespace paceline::workload
