# The journey: tests/languages/JOURNEY.md describes it. The folder of the client is on the load path.

require 'digest'
require 'json'
require 'net/http'
require 'zip'
require_relative 'remedies'
require_relative 'tokens'

include OpenapiClient

BEGINNING = '2026-11-02T08:00:00Z'
SCOPES = %w[
  elements.customers.read.all elements.um.user.read.all elements.um.user.readwrite.all
  insights.graph.readwrite.all partner.jobs.read.all
].freeze

def tokens(**proof) = Tokens.new(ENV.fetch('AVEPOINT_IDENTITY_URL'), ENV.fetch('AVEPOINT_CLIENT_ID'), SCOPES, **proof)

# The scopes that stand in a token, which is a JWT.
def granted(tokens) = JSON.parse(tokens.token.split('.')[1].tr('-_', '+/').unpack1('m'))['scope'].sort

def control(name, body)
  answer = Net::HTTP.post(URI("#{ENV.fetch('AVEPOINT_BASE_URL')}/_sandbox/#{name}"), body.to_json)
  raise "the sandbox refused to set its #{name}: #{answer.code}" unless answer.is_a?(Net::HTTPOK)
end

def page(index, size)
  ElementsV3CustomersApi.new.elements_v3_list_customers(ElementsV3ListCustomersRequest.new, page_index: index, page_size: size)
end

def list_customers
  customers = []
  pages = 0
  loop do
    page = page(pages += 1, 100)
    customers += page.data
    break if page.data.empty? || customers.size >= page.metadata.total_count
  end
  counted = {
    count: customers.size, pages: pages, first: customers.first.organization, last: customers.last.organization,
    byManagementMode: customers.filter_map(&:management_mode).tally
  }
  [customers, counted]
end

def jobs(customers)
  waiting = Queue.new(customers.map(&:id)).close
  lists = Queue.new
  api = ElementsLegacyJobsApi.new
  callers = Array.new(8) do
    Thread.new { while (id = waiting.pop) do lists << api.elements_legacy_list_backup_jobs(id).value end }
  end
  callers.each(&:value)
  jobs = Array.new(lists.size) { lists.pop }.flatten.select { |job| job.end_time && job.end_time < BEGINNING }
  { customers: customers.size, jobs: jobs.size, byState: jobs.map(&:status).tally }
end

def user(customer)
  api = ElementsV3UsersApi.new
  tenant = [customer.id, customer.tenants.first.id]
  before = api.elements_v3_list_users(*tenant, ElementsV3ListUsersRequest.new, page_size: 1).data.first
  api.elements_v3_update_user_general(
    *tenant, before.id,
    ElementsV3UpdateUserGeneralRequest.new(
      first_name: before.first_name, last_name: before.last_name, display_name: 'Journey',
      job_title: before.job_title, employee_id: before.employee_id
    )
  )
  after = api.elements_v3_get_user(*tenant, before.id)
  { id: before.id, before: before.display_name, after: after.display_name }
end

def export
  sites = InsightsSitesApi.new
  urls = sites.insights_list_site_overviews(InsightsListSiteOverviewsRequest.new(page_size: 3)).values.map(&:site_url)
  job = sites.insights_export_site_permissions(urls).job_id
  api = InsightsExportJobsApi.new
  status = 1
  while status == 1
    control('time', advanceSeconds: 60)
    status = api.insights_get_export_job_status(job).job_status
  end
  archive = Zip::File.open(api.insights_download_export_job_file(job).path)
  files = archive.entries.sort_by { |entry| entry.name.b }.map do |entry|
    texts = Zip::File.open_buffer(entry.get_input_stream.read).read('xl/sharedStrings.xml')
    { name: entry.name, bytes: texts.bytesize, sha256: Digest::SHA256.hexdigest(texts) }
  end
  { status: status, files: files }
end

def throttled
  control('faults', next: ['status=429,retry-after=1'])
  begin
    page(1, 1)
    raise 'the call was not refused'
  rescue ApiError => e
    body = ApiClient.default.convert_to_type(JSON.parse(e.response_body), 'ElementsV3ErrorBody')
    refusal = { status: e.code, retryAfter: e.response_headers['Retry-After'], message: body.message }
  end
  sleep(Integer(refusal[:retryAfter]))
  refusal.merge(then: page(1, 1).data.size)
end

def faulty(fault)
  control('faults', next: [fault])
  page(1, 1).data.first
end

secret = tokens(secret: ENV.fetch('AVEPOINT_CLIENT_SECRET'))
assertion = tokens(certificate: ENV.fetch('AVEPOINT_CLIENT_CERTIFICATE_PATH'))
OpenapiClient.configure do |config|
  config.access_token_getter = -> { assertion.token }
  config.scheme, config.host = ENV.fetch('AVEPOINT_BASE_URL').split('://')
  config.logger = Logger.new($stderr, level: :warn)
end
customers, counted = list_customers
puts({
  tokens: { secret: granted(secret), assertion: granted(assertion) },
  customers: counted,
  jobs: jobs(customers.first(40)),
  user: user(customers.first),
  export: export,
  throttled: throttled,
  unknownCode: faulty('codes=unknown').then { |customer| { jobStatus: customer.job_status, managementMode: customer.management_mode } },
  nullMember: faulty('members=null').then { |customer| { id: customer.id, organization: customer.organization, tenants: customer.tenants } }
}.to_json)
