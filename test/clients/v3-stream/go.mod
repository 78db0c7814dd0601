module ponte.test/v3stream

go 1.21
