#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/api.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::workload {

/// A request's JSON body with placeholders for the parts that differ between items. Placeholders
/// are control characters, which JSON text never contains.
class BodyTemplate {
 public:
  /// Becomes the item's number.
  static constexpr char number = '\x01';
  /// Becomes a nonce of fixed length, unique to the item and the run, and a space.
  static constexpr char nonce = '\x02';
  /// Becomes synthetic text, unique to the item.
  static constexpr char synthetic = '\x03';

  BodyTemplate() = default;
  /// `synthetic_tokens`: length of the synthetic text.
  explicit BodyTemplate(std::string_view text, std::size_t synthetic_tokens = 0);

  /// Replaces the content of `body` with the body of `item`. `salt` is the run's.
  void fill(std::uint64_t salt, std::uint64_t item, std::string& body) const;

  /// The body with a name for each placeholder, such as {n}: equal for all items.
  std::string description() const;

 private:
  struct Piece {
    std::string text;
    /// The placeholder that follows the text; 0: none.
    char place;
  };
  std::vector<Piece> pieces_;
  std::size_t synthetic_tokens_ = 0;
};

/// The kind of a request to `url`; chat if the URL is of no known kind.
ApiKind kind_of(std::string_view url);

/// The path of requests under the base URL, such as "/chat/completions".
std::string_view path_of(ApiKind kind);

/// The first part of a workload's name, such as "chat".
std::string_view name_of(ApiKind kind);

/// Checks that `line` is a header that a user may set: "Name: value", and not a header that frames
/// the request. Error: invalid_value; the message shows no value.
Result<void> check_header(std::string_view line);

/// Checks that `patch` is a JSON object. Error: invalid_value.
Result<void> check_body_patch(std::string_view patch);

/// The headers of requests: `own` of paceline, unless `others` has one of the same name, and
/// `others`.
std::shared_ptr<const HeaderList> merged_headers(HeaderList own, const HeaderList& others);

/// The headers of a JSON request of this kind.
std::shared_ptr<const HeaderList> json_request_headers(const Api& api, ApiKind kind);

/// The body, which may have placeholders, merged with Api::body_patch.
std::string merged_body(std::string body, const std::string& patch);

/// The model of a body after the merge.
std::string merged_model(const std::string& model, const std::string& patch);

}  // namespace paceline::workload
