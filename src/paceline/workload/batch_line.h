#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace paceline {

/// One request of a file in the OpenAI Batch input format. Its method is POST, the only one there.
struct BatchLine {
  std::string_view custom_id;
  /// "/v1/chat/completions", "/v1/embeddings" or "/v1/responses"; a line may leave "/v1" out.
  std::string_view url;
  /// The JSON object as it stands in the line.
  std::string_view body;
  /// Whether the body asks for its response as a stream of events.
  bool stream = false;
};

/// What to do about a file that is in another format.
constexpr std::string_view one_request_a_line =
    R"(put one request on each line, such as {"custom_id": "1", "method": "POST", )"
    R"("url": "/v1/chat/completions", "body": {"model": "m", "messages": []}})";

/// Reads and checks lines, one after another.
class BatchLineParser {
 public:
  BatchLineParser();
  BatchLineParser(BatchLineParser&&) noexcept;
  BatchLineParser& operator=(BatchLineParser&&) noexcept;
  ~BatchLineParser();

  /// Reads the one line that `text` is; of a name that stands twice, the last one counts. The
  /// line's texts are valid while `text` is and until the next call. After `text` stand at least
  /// simdjson's padding bytes of readable memory. The string is the rest of a sentence: what is
  /// wrong with the line, and what to do.
  std::variant<BatchLine, std::string> parse(std::string_view text);
  /// The same without looking where the body stands, which stays empty: in two thirds of the time.
  std::variant<BatchLine, std::string> check(std::string_view text);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace paceline
