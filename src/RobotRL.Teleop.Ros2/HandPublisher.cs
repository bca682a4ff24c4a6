using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using HandMessage = RobotRL.Wire.RobotrlMsgs.Intervention;

namespace RobotRL.Teleop.Ros2;

/// <summary>Sends what an operator here asks for to a session on another machine. One thread.</summary>
public sealed class HandPublisher : IDisposable
{
    public const string Topic = "/robotrl/intervention";

    /// <summary>Between two messages.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a word is said: it counts once, and one message may be lost on the way.</summary>
    private const long SaidNs = 300_000_000;

    private static readonly Qos Newest = new(Reliability.Reliable, Durability.Volatile, 5);

    /// <summary>Of an arm whose task nobody knows here: the session takes what its task has.</summary>
    public static ActionLayout Everything => ActionLayout.Of(new([0, 1, 2, 3, 4, 5], 1, 1, true));

    private readonly Ros2Node _node;
    private readonly Publisher<HandMessage> _publisher;
    private readonly HandMessage _message = new();
    private Stamp _wordUntil, _gripUntil;
    private bool _pauses;
    private int _clears;

    /// <param name="node">Its own; it ends with this.</param>
    /// <param name="topic">Where the session listens.</param>
    /// <param name="operatorId">Who drives.</param>
    public HandPublisher(Ros2Node node, string topic, string operatorId)
    {
        (_node, _message.OperatorId) = (node, operatorId);
        _publisher = node.Publish<HandMessage>(topic, Newest);
    }

    /// <summary>Sessions that listen.</summary>
    public int Listeners => _publisher.Writer.ReaderCount;

    /// <summary>Sends what is wanted now.</summary>
    /// <param name="command">As an operator of this process gives it, each decision's words once.</param>
    /// <param name="wantsPause">Whether a pause is wanted.</param>
    /// <param name="clears">How often a stop was to be cleared so far.</param>
    /// <param name="now">By the clock that the commands come by.</param>
    public void Send(in OperatorCommand command, bool wantsPause, int clears, Stamp now)
    {
        var action = command.Action[0];
        _message.Header.Stamp.Ns = WallClock.NowNs;
        // While a stop lasts nobody drives; the hand must be let go of first.
        _message.Deadman = command is { IsEngaged: true, DeadmanHeld: true, StopRequested: false };
        var (linear, angular, drives) = (_message.Motion.Linear, _message.Motion.Angular, _message.Deadman);
        (linear.X, linear.Y, linear.Z) = drives ? (action.Motion[0], action.Motion[1], action.Motion[2]) : (0, 0, 0);
        (angular.X, angular.Y, angular.Z) = drives ? (action.Motion[3], action.Motion[4], action.Motion[5]) : (0, 0, 0);
        if (drives && action.Gripper != GripperCommand.Stay) (_message.Gripper, _gripUntil) = ((sbyte)action.Gripper, now.Plus(SaidNs));
        else if (!drives || now >= _gripUntil) _message.Gripper = 0;
        var word = Word(command, wantsPause, clears);
        if (word != HandMessage.None) (_message.Request, _wordUntil) = (word, now.Plus(SaidNs));
        else if (now >= _wordUntil) _message.Request = HandMessage.None;
        (_clears, _pauses) = (clears, wantsPause);
        _publisher.TrySend(_message);
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _node.Dispose();
    }

    private byte Word(in OperatorCommand command, bool wantsPause, int clears) => command switch
    {
        { StopRequested: true } => HandMessage.Stop,
        _ when clears != _clears => HandMessage.Clear,
        { Verdict: EpisodeVerdict.Success } => HandMessage.Success,
        { Verdict: EpisodeVerdict.Failure } => HandMessage.Failure,
        { Verdict: EpisodeVerdict.Discard } => HandMessage.Discard,
        { Verdict: EpisodeVerdict.NewScene } => HandMessage.NewScene,
        _ when wantsPause != _pauses => HandMessage.Pause,
        _ => HandMessage.None,
    };
}
