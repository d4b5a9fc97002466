#pragma once

#include <string>

#include <paceline/error.h>

namespace paceline {

/// The error's message for people: the facts, and after a semicolon what to do, in the imperative.
/// Flags are named here and not by the library. A code that needs no remedy leaves the message as
/// it is. Text from outside stays in the message, so pass the sentence through the gate.
std::string with_remedy(const Error& error);

}  // namespace paceline
