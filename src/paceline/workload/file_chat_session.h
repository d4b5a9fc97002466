#pragma once

#include <memory>

#include <paceline/api.h>
#include <paceline/chat_session.h>
#include <paceline/workload.h>
#include <paceline/workload/conversation_file.h>

namespace paceline::workload {

/// Sessions of chat with the turns of a file, whose texts are sent as they are, after the system
/// message of `session`; requests of the Batch format also have the other fields of the file. The
/// turns, prompts and nonces of `session` are not used, nor, for such requests, its generation.
/// nullptr: the sessions of make_workload(api, session). If find_error() finds an error, each
/// request fails with that error.
std::unique_ptr<Workload> make_workload(const Api& api, const ChatSession& session,
                                        std::shared_ptr<const ConversationFile> file);

}  // namespace paceline::workload
