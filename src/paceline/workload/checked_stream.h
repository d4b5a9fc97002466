#pragma once

#include <memory>

#include <paceline/workload.h>
#include <paceline/workload/format_checker.h>

namespace paceline::workload {

/// A reader that hands the text of each response that counts to `checker`. `reader` keeps the text;
/// `keeps_text`: whether it stays in the response.
std::unique_ptr<StreamReader> checked_stream(std::unique_ptr<StreamReader> reader,
                                             std::shared_ptr<FormatChecker> checker,
                                             bool keeps_text);

}  // namespace paceline::workload
