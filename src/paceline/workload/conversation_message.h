#pragma once

#include <simdjson.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <paceline/text/result.h>
#include <paceline/workload/conversation.h>

namespace paceline::workload {

/// Reads the messages of a conversation into its turns. `name`: the field with the messages, for
/// errors. Error: bad_line.
Result<void> read_turns(simdjson::dom::array messages, std::string_view name,
                        std::vector<ConversationTurn>& turns);

/// Reads the messages of a request, which are one turn. Error: bad_line.
Result<void> read_new_messages(simdjson::dom::array messages, ConversationTurn& turn);

/// Reads a number of milliseconds; nothing for null. `of`: what has the delay, for errors. Error:
/// bad_line.
Result<std::optional<std::chrono::milliseconds>> read_delay(simdjson::dom::element value,
                                                            std::string_view of);

}  // namespace paceline::workload
