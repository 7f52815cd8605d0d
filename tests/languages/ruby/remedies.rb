# What the generated client needs to send parameters as the services read them.

require 'erb'
require 'openapi_client'

# Otherwise a blank in a path is sent as +.
module OpenapiClient::CGI
  def self.escape(text) = ERB::Util.url_encode(text)
end

# Otherwise the key of a list in the query has an index.
OpenapiClient::Configuration.default.params_encoding = :multi
