#include <endpoint/api_error.h>
#include <paceline/text/json.h>

namespace paceline {
namespace {

void append_or_null(std::string_view text, std::string& out) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(text, out);
  }
}

}  // namespace

void write_error(const ApiError& error, std::string& out) {
  out = R"({"error":{"message":)";
  append_json_string(error.message, out);
  out += R"(,"type":)";
  append_json_string(error.type, out);
  out += R"(,"param":)";
  append_or_null(error.param, out);
  out += R"(,"code":)";
  append_or_null(error.code, out);
  out += "}}";
}

}  // namespace paceline
