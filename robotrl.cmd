
@echo off
rem Builds (quick when nothing changed) and runs the Release build of the command line. Build output goes to stderr.
setlocal
set "root=%~dp0"
dotnet build "%root%src\RobotRL.Cli" -c Release -v q -nologo -clp:NoSummary 1>&2 || exit /b 2
if "%1"=="control" if not defined DOTNET_TieredCompilation set DOTNET_TieredCompilation=0
dotnet "%root%src\RobotRL.Cli\bin\Release\net10.0\robotrl.dll" %*
exit /b %ERRORLEVEL%
