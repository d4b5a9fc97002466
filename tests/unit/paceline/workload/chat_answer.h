#pragma once

#include <paceline/message.h>

#include <string>
#include <string_view>

namespace paceline::workload {

/// A whole chat response with this text, which stands in JSON as it is.
inline Response chat_answer(std::string_view text) {
  Response response;
  response.status = 200;
  response.body =
      R"({"choices":[{"message":{"role":"assistant","content":")" + std::string(text) + R"("}}]})";
  return response;
}

}  // namespace paceline::workload
