-- One record a request, or BATCH of them; businesses, models and durations as in real use, or all
-- of one business and model (ALIKE). Each connection waits DELAY_MS before each request.
local batch = tonumber(os.getenv("BATCH") or "0")
local alike = os.getenv("ALIKE") == "1"
local delay_ms = tonumber(os.getenv("DELAY_MS") or "0")
local models = { "gpt-5-mini", "gpt-5-mini", "gpt-5-mini", "gpt-5", "gemini-2.5-flash" }
local intents = { "general", "general", "pricing", "services", "appointment" }

local function pick(list) return list[alike and 1 or math.random(#list)] end

local function record()
    -- Log-normal with a median of 1.2 s.
    local normal = math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random())
    return string.format(
        '{"business_id":"business-%d","response_time_ms":%.1f,"tokens_used":%d,"prompt_tokens":%d,'
            .. '"completion_tokens":120,"api_cost_usd":0.00%d,"model_name":"%s","success_rate":1.0,'
            .. '"conversation_id":"c-%d","session_id":"s-%d","intent_detected":"%s","response_type":"text",'
            .. '"appointment_requested":false,"appointment_booked":false,"human_handoff_requested":false,'
            .. '"user_message_length":80,"ai_response_length":420}',
        alike and 1 or math.random(5), 1200 * math.exp(0.6 * normal), 320, 200, math.random(100, 999), pick(models),
        math.random(100000), math.random(100000), pick(intents))
end

local function body()
    if batch == 0 then return record() end
    local records = {}
    for index = 1, batch do records[index] = record() end
    return '{"records":[' .. table.concat(records, ",") .. "]}"
end

local bodies = {}

function init()
    math.randomseed(os.time())
    for index = 1, batch == 0 and 2000 or 100 do bodies[index] = body() end
end

function request()
    local path = batch == 0 and "/track" or "/track/batch"
    return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, bodies[math.random(#bodies)])
end

if delay_ms > 0 then
    function delay() return delay_ms end
end

function done(summary, latency, requests)
    for _, percent in ipairs({ 50, 99, 99.9 }) do
        io.write(string.format("p%g %.3f\n", percent, latency:percentile(percent) / 1000))
    end
end
