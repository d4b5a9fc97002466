#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/message.h>

namespace paceline::http::direct {

/// The headers of one response in one text, so that a block that is reused needs no memory of its
/// own for each header.
class HeaderBlock : public ResponseHeaders {
 public:
  /// Removes all headers.
  void clear();
  /// Begins a header, whose name and value may come in pieces, the name first.
  void begin();
  void add_to_name(std::string_view piece);
  void add_to_value(std::string_view piece);
  bool empty() const { return headers_.empty(); }

  std::optional<std::string_view> find(const char* name) const override;

 private:
  /// The offsets of a header in text_.
  struct Header {
    std::size_t name;
    std::size_t value;
    std::size_t end;
  };

  std::string text_;
  std::vector<Header> headers_;
};

}  // namespace paceline::http::direct
