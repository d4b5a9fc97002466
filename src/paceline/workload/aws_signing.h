#pragma once

#include <memory>
#include <string_view>

#include <paceline/api.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::workload {

/// Checks that `scope` has the form REGION:SERVICE. Error: invalid_value.
Result<void> check_aws_scope(std::string_view scope);

/// How requests to the API are signed; nullptr: they are not signed. Errors: invalid_value for the
/// form of the key or of the scope, aws_scope_unknown.
Result<std::shared_ptr<const AwsSigning>> aws_signing(const Api& api);

}  // namespace paceline::workload
