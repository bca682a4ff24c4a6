.PHONY: deps build test format format-check bench demo results tasks
.DEFAULT_GOAL := build
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1

deps:            ## native packages (apt)
	@build/deps.sh

build: deps      ## Release build of everything
	. build/home.sh && dotnet restore RobotRL.sln $(if $(filter-out cpu,$(TorchDevice)),,--locked-mode)
	. build/home.sh && dotnet build RobotRL.sln -c Release --no-restore -v q
	@build/build-cli.sh

test: build      ## all tests; last line: N passed, N failed
	@build/deps.sh test
	@build/test.sh

format:
	dotnet format RobotRL.sln

format-check:
	dotnet format RobotRL.sln --verify-no-changes

bench: deps      ## figures, one JSON line each on stdout
	@for name in update inference replay pipeline sim; do ./robotrl bench $$name --json || exit; done

demo: deps       ## a robot learns to insert a peg, in 14 minutes at most
	@./robotrl demo

tasks: deps      ## trains every shipped task to its stated threshold
	@build/check-tasks.sh

results: deps    ## the tables of docs/results.md; goes on where it was interrupted
	@./robotrl results
