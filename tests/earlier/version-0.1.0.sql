BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE har_search_by_subject (
	trial_id INTEGER NOT NULL, 
	subject INTEGER NOT NULL, 
	trial_seed BIGINT NOT NULL, 
	windows INTEGER NOT NULL, 
	correct INTEGER NOT NULL, 
	PRIMARY KEY (trial_id, subject)
);
INSERT INTO "har_search_by_subject" VALUES(1,3,16823399,48,30);
INSERT INTO "har_search_by_subject" VALUES(1,1,16823399,48,14);
INSERT INTO "har_search_by_subject" VALUES(1,5,16823399,48,30);
INSERT INTO "har_search_by_subject" VALUES(1,6,16823399,48,29);
INSERT INTO "har_search_by_subject" VALUES(3,1,3226123765,48,8);
INSERT INTO "har_search_by_subject" VALUES(3,5,3226123765,48,14);
INSERT INTO "har_search_by_subject" VALUES(3,3,3226123765,48,13);
INSERT INTO "har_search_by_subject" VALUES(3,6,3226123765,48,11);
CREATE TABLE har_search_claims (
	claim VARCHAR(36) NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	worker VARCHAR(200) NOT NULL, 
	number INTEGER, 
	beat INTEGER NOT NULL, 
	PRIMARY KEY (claim)
);
CREATE TABLE har_search_confirmations (
	trial_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	planned INTEGER NOT NULL, 
	trial_seed BIGINT NOT NULL, 
	seed BIGINT NOT NULL, 
	test_accuracy DOUBLE NOT NULL, 
	train_accuracy DOUBLE NOT NULL, 
	PRIMARY KEY (trial_id, position)
);
INSERT INTO "har_search_confirmations" VALUES(1,2,4,16823399,76137415,7.0833333333333337034e-01,8.0208333333333337034e-01);
INSERT INTO "har_search_confirmations" VALUES(1,3,4,16823399,318694840,9.2708333333333337034e-01,0.953125);
INSERT INTO "har_search_confirmations" VALUES(3,0,4,3226123765,3523254161,3.2291666666666668517e-01,0.328125);
INSERT INTO "har_search_confirmations" VALUES(3,1,4,3226123765,1081154769,1.66666666666666657414e-01,1.66666666666666657414e-01);
INSERT INTO "har_search_confirmations" VALUES(1,0,4,16823399,3735703900,7.29166666666666629659e-01,9.2708333333333337034e-01);
INSERT INTO "har_search_confirmations" VALUES(1,1,4,16823399,2112156590,0.75,7.76041666666666629659e-01);
INSERT INTO "har_search_confirmations" VALUES(3,2,4,3226123765,4094505402,3.33333333333333314829e-01,3.33333333333333314829e-01);
INSERT INTO "har_search_confirmations" VALUES(3,3,4,3226123765,819759123,1.66666666666666657414e-01,1.66666666666666657414e-01);
INSERT INTO "har_search_confirmations" VALUES(9,2,3,3060664978,731030970,6.1458333333333337034e-01,0.703125);
INSERT INTO "har_search_confirmations" VALUES(9,0,3,3060664978,1223583166,6.7708333333333337034e-01,0.71875);
INSERT INTO "har_search_confirmations" VALUES(9,1,3,3060664978,73648556,6.35416666666666629659e-01,0.765625);
CREATE TABLE har_search_details (
	trial_id INTEGER NOT NULL, 
	curve TEXT NOT NULL, 
	confusion TEXT NOT NULL, 
	PRIMARY KEY (trial_id)
);
INSERT INTO "har_search_details" VALUES(1,'{"loss":[1.771505,1.663512,1.553455,1.409571],"running_train_accuracy":[0.25,0.604167,0.880208,0.973958],"test_accuracy":[0.333333,0.333333,0.520833,0.875],"train_accuracy":[0.328125,null,0.630208,0.984375]}','[[16,0,0,0,0,0],[0,16,0,0,0,0],[0,0,16,0,0,0],[0,1,4,11,0,0],[2,0,1,0,13,0],[0,0,4,0,0,12]]');
INSERT INTO "har_search_details" VALUES(2,'{"loss":[1.681586,0.856273,0.218426,0.037465],"running_train_accuracy":[0.354167,0.614583,0.901042,1.0],"test_accuracy":[0.5,0.8125,0.989583,1.0],"train_accuracy":[0.494792,0.833333,1.0,1.0]}','[[16,0,0,0,0,0],[0,16,0,0,0,0],[0,0,16,0,0,0],[0,0,0,16,0,0],[0,0,0,0,16,0],[0,0,0,0,0,16]]');
INSERT INTO "har_search_details" VALUES(3,'{"loss":[1.806775,1.787579,1.763281,1.733721],"running_train_accuracy":[0.182292,0.25,0.322917,0.333333],"test_accuracy":[0.166667,0.302083,0.333333,0.333333],"train_accuracy":[0.1875,0.317708,0.333333,null]}','[[0,1,0,0,0,15],[0,16,0,0,0,0],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,2,0,0,0,14],[0,0,0,0,0,16]]');
INSERT INTO "har_search_details" VALUES(4,'{"loss":[1.776853,1.624774,1.522146,1.439358],"running_train_accuracy":[0.21875,0.3125,0.333333,0.338542],"test_accuracy":[0.333333,0.322917,0.291667,0.3125],"train_accuracy":[0.328125,null,null,null]}','[[0,0,0,16,0,0],[0,0,0,16,0,0],[0,0,16,0,0,0],[0,0,0,16,0,0],[0,0,0,16,0,0],[0,0,0,16,0,0]]');
INSERT INTO "har_search_details" VALUES(5,'{"loss":[1.821721,1.806951,1.778472,1.748477],"running_train_accuracy":[0.166667,0.166667,0.171875,0.182292],"test_accuracy":[0.166667,0.166667,0.166667,0.177083],"train_accuracy":[0.166667,null,null,0.197917]}','[[0,13,3,0,0,0],[0,1,15,0,0,0],[0,0,16,0,0,0],[0,0,16,0,0,0],[0,0,16,0,0,0],[0,16,0,0,0,0]]');
INSERT INTO "har_search_details" VALUES(6,'{"loss":[1.811048],"running_train_accuracy":[0.177083],"test_accuracy":[0.166667],"train_accuracy":[0.177083]}','[[0,0,0,0,16,0],[0,0,0,0,16,0],[0,0,0,0,16,0],[0,0,0,0,16,0],[0,0,0,0,16,0],[0,0,0,0,16,0]]');
INSERT INTO "har_search_details" VALUES(7,'{"loss":[1.726525,1.478592,1.070061,0.701498],"running_train_accuracy":[0.333333,0.854167,0.958333,0.973958],"test_accuracy":[0.71875,0.958333,0.979167,1.0],"train_accuracy":[0.739583,0.989583,0.989583,1.0]}','[[16,0,0,0,0,0],[0,16,0,0,0,0],[0,0,16,0,0,0],[0,0,0,16,0,0],[0,0,0,0,16,0],[0,0,0,0,0,16]]');
INSERT INTO "har_search_details" VALUES(8,'{"loss":[1.80774],"running_train_accuracy":[0.171875],"test_accuracy":[0.166667],"train_accuracy":[0.166667]}','[[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16]]');
INSERT INTO "har_search_details" VALUES(9,'{"loss":[1.776597,1.676626,1.562711],"running_train_accuracy":[0.21875,0.630208,0.8125],"test_accuracy":[0.520833,0.8125,0.833333],"train_accuracy":[null,null,0.932292]}','[[12,4,0,0,0,0],[0,16,0,0,0,0],[0,0,16,0,0,0],[0,0,7,4,0,5],[0,0,0,0,16,0],[0,0,0,0,0,16]]');
INSERT INTO "har_search_details" VALUES(10,'{"loss":[1.833115,1.816547,1.806248],"running_train_accuracy":[0.166667,0.166667,0.166667],"test_accuracy":[0.166667,0.166667,0.166667],"train_accuracy":[null,null,0.166667]}','[[0,16,0,0,0,0],[0,16,0,0,0,0],[0,16,0,0,0,0],[0,16,0,0,0,0],[0,16,0,0,0,0],[0,16,0,0,0,0]]');
INSERT INTO "har_search_details" VALUES(11,'{"loss":[1.798092,1.709229,1.64257],"running_train_accuracy":[0.166667,0.166667,0.166667],"test_accuracy":[0.166667,0.166667,0.166667],"train_accuracy":[null,null,0.166667]}','[[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16],[0,0,0,0,0,16]]');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'plain');
INSERT INTO "studies" VALUES(2,'several');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MAXIMIZE',2,0);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_system_attributes" VALUES(1,1,'study:metric_names','["score"]');
INSERT INTO "study_system_attributes" VALUES(2,1,'dashboard:1:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(3,1,'dashboard:1:note_str:0','"At its time the best score so far.\n\ntest 87.50 %, train 98.44 %, gap 10.94 pp, score 78.56, all of epoch 4 of 4; 82,726 parameters."');
INSERT INTO "study_system_attributes" VALUES(4,1,'dashboard:note_ver','3');
INSERT INTO "study_system_attributes" VALUES(5,1,'dashboard:note_str:0','"The study plain. [Class leaderboard](/)\n\n| track | rule | leader |\n| --- | --- | --- |\n| A | test above 96 %, gap under 2 pp | trial 6 of ann, test 100.00 %, gap 0.00 pp |\n| B | test above 97.5 % | trial 6 of ann, test 100.00 %, gap 0.00 pp |\n\nBest score: trial 6 of ann, test 100.00 %, gap 0.00 pp, of 8 finished trials.\n\n**Score** = test accuracy - 1 \u00d7 (gap - 2 pp, where the gap is larger). **Gap** = train - test accuracy of the same epoch, dropout off, on the whole split. A trial''s figures are those of its epoch of best score, so they were selected on the test set: expect less from a new seed."');
INSERT INTO "study_system_attributes" VALUES(6,1,'dashboard:2:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(7,1,'dashboard:2:note_str:0','"At its time the first entry of track A and the first entry of track B and the best score so far.\n\ntest 100.00 %, train 100.00 %, gap 0.00 pp, score 100.00, all of epoch 4 of 4; 22,918 parameters."');
INSERT INTO "study_system_attributes" VALUES(8,1,'dashboard:3:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(9,1,'dashboard:3:note_str:0','"At its time number 3 by score so far.\n\ntest 33.33 %, train 33.33 %, gap 0.00 pp, score 33.33, all of epoch 3 of 4; 16,295 parameters."');
INSERT INTO "study_system_attributes" VALUES(10,1,'dashboard:4:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(11,1,'dashboard:4:note_str:0','"At its time number 4 by score so far.\n\ntest 33.33 %, train 32.81 %, gap -0.52 pp, score 33.33, all of epoch 1 of 4; 6,930 parameters."');
INSERT INTO "study_system_attributes" VALUES(12,1,'dashboard:5:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(13,1,'dashboard:5:note_str:0','"At its time number 5 by score so far.\n\ntest 17.71 %, train 19.79 %, gap 2.08 pp, score 17.62, all of epoch 4 of 4; 6,906 parameters."');
INSERT INTO "study_system_attributes" VALUES(14,1,'dashboard:6:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(15,1,'dashboard:6:note_str:0','"At its time number 6 by score so far.\n\ntest 16.67 %, train 17.71 %, gap 1.04 pp, score 16.67, all of epoch 1 of 1; 4,650 parameters."');
INSERT INTO "study_system_attributes" VALUES(16,1,'dashboard:7:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(17,1,'dashboard:7:note_str:0','"At its time number 2 by score so far.\n\ntest 100.00 %, train 100.00 %, gap 0.00 pp, score 100.00, all of epoch 4 of 4; 15,141 parameters."');
INSERT INTO "study_system_attributes" VALUES(18,1,'dashboard:8:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(19,1,'dashboard:8:note_str:0','"At its time number 8 by score so far.\n\ntest 16.67 %, train 16.67 %, gap 0.00 pp, score 16.67, all of epoch 1 of 1; 6,360 parameters."');
INSERT INTO "study_system_attributes" VALUES(20,1,'dashboard:plot_data:accuracy-against-gap:0','"{\"data\":[{\"marker\":{\"color\":\"#9aa7b8\",\"size\":7},\"mode\":\"markers\",\"name\":\"no track\",\"text\":[\"trial 0\",\"trial 3\",\"trial 2\",\"trial 4\",\"trial 7\",\"trial 5\"],\"x\":[10.938,-0.521,0.0,2.083,0.0,1.042],\"y\":[87.5,33.333,33.333,17.708,16.667,16.667],\"type\":\"scatter\"},{\"marker\":{\"size\":9},\"mode\":\"markers\",\"name\":\"track A and B\",\"text\":[\"trial 6\",\"trial 1\"],\"x\":[0.0,0.0],\"y\":[100.0,100.0],\"type\":\"scatter\"}],\"layout\":{\"hovermode\":\"closest\",\"template\":{\"data\":{\"scatter\":[{\"type\":\"scatter\"}]}},\"shapes\":[{\"fillcolor\":\"rgba(11, 122, 85, 0.12)\",\"layer\":\"below\",\"line\":{\"width\":0},\"type\":\"rect\",\"x0\":-2,\"x1\":2.0,\"y0\":96.0,\"y1\":100},{\"fillcolor\":\"rgba(11, 122, 85, 0.12)\",\"layer\":\"below\",\"line\":{\"width\":0},\"type\":\"rect\",\"x0\":-2,\"x1\":10,\"y0\":97.5,\"y1\":100}],\"xaxis\":{\"title\":{\"text\":\"train-test gap, pp\"},\"range\":[-1,7]},\"yaxis\":{\"title\":{\"text\":\"test accuracy, %\"},\"range\":[92,98.5]},\"title\":{\"text\":\"Accuracy against gap\"}}}"');
INSERT INTO "study_system_attributes" VALUES(21,2,'study:metric_names','["score"]');
INSERT INTO "study_system_attributes" VALUES(22,2,'dashboard:9:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(23,2,'dashboard:9:note_str:0','"At its time the best score so far.\n\ntest 71.18 %, train 84.38 %, gap 13.19 pp, score 59.99, all of epoch 3 of 3; 82,726 parameters; calibrated per person by ranks. Means over 3 seeds; pictures and weights are the first''s."');
INSERT INTO "study_system_attributes" VALUES(24,2,'dashboard:note_ver','2');
INSERT INTO "study_system_attributes" VALUES(25,2,'dashboard:note_str:0','"The study several. [Class leaderboard](/)\n\n| track | rule | leader |\n| --- | --- | --- |\n| A | test above 96 %, gap under 2 pp | none yet |\n| B | test above 97.5 % | none yet |\n\nBest score: trial 0 of ann, test 71.18 %, gap 13.19 pp, of 3 finished trials.\n\nCalibrated per person by ranks: each person''s windows, the test people''s too, are compared with that person''s others, without labels: each feature becomes the mean of its standard score and of the normal score of its rank among them. So a new user first wears the phone for some minutes, in all six activities: another promise than to recognise any single window.\n\n**Score** = test accuracy - 1 \u00d7 (gap - 2 pp, where the gap is larger). **Gap** = train - test accuracy of the same epoch, dropout off, on the whole split. A trial''s figures are means over 3 seeds at the last epoch; only the search selected on the test set."');
INSERT INTO "study_system_attributes" VALUES(26,2,'dashboard:10:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(27,2,'dashboard:10:note_str:0','"At its time number 2 by score so far.\n\ntest 23.96 %, train 24.74 %, gap 0.78 pp, score 23.96, all of epoch 3 of 3; 12,775 parameters; calibrated per person by ranks. Means over 2 seeds; pictures and weights are the first''s."');
INSERT INTO "study_system_attributes" VALUES(28,2,'dashboard:11:note_ver','1');
INSERT INTO "study_system_attributes" VALUES(29,2,'dashboard:11:note_str:0','"At its time number 2 by score so far.\n\ntest 32.81 %, train 33.33 %, gap 0.52 pp, score 32.81, all of epoch 3 of 3; 9,828 parameters; calibrated per person by ranks. Means over 2 seeds; pictures and weights are the first''s."');
INSERT INTO "study_system_attributes" VALUES(30,2,'dashboard:plot_data:accuracy-against-gap:0','"{\"data\":[{\"marker\":{\"color\":\"#9aa7b8\",\"size\":7},\"mode\":\"markers\",\"name\":\"no track\",\"text\":[\"trial 0\",\"trial 2\",\"trial 1\"],\"x\":[13.194,0.521,0.781],\"y\":[71.181,32.812,23.958],\"type\":\"scatter\"}],\"layout\":{\"hovermode\":\"closest\",\"template\":{\"data\":{\"scatter\":[{\"type\":\"scatter\"}]}},\"shapes\":[{\"fillcolor\":\"rgba(11, 122, 85, 0.12)\",\"layer\":\"below\",\"line\":{\"width\":0},\"type\":\"rect\",\"x0\":-2,\"x1\":2.0,\"y0\":96.0,\"y1\":100},{\"fillcolor\":\"rgba(11, 122, 85, 0.12)\",\"layer\":\"below\",\"line\":{\"width\":0},\"type\":\"rect\",\"x0\":-2,\"x1\":10,\"y0\":97.5,\"y1\":100}],\"xaxis\":{\"title\":{\"text\":\"train-test gap, pp\"},\"range\":[-1,7]},\"yaxis\":{\"title\":{\"text\":\"test accuracy, %\"},\"range\":[92,98.5]},\"title\":{\"text\":\"Accuracy against gap\"}}}"');
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'har_search:dataset','{"name": "uci-har", "fingerprint": "a25e5dccc14fa234"}');
INSERT INTO "study_user_attributes" VALUES(2,1,'har_search:spec','{"study": {"name": "plain", "description": ""}, "data": {"standardize": "none"}, "training": {"epochs": 4, "optimizer": "adam", "replicas": 1, "schedule": "constant"}, "recipe": {"depth": 3, "weight_decay": 0.0, "label_smoothing": 0.0, "input_noise": 0.0, "mixup": 0.0, "weight_averaging": 0.0}, "search": {"width": {"low": 8, "high": 64, "log": true}, "dropout": {"low": 0.0, "high": 0.5, "log": false, "step": 0.1}, "batch_norm": [true, false], "learning_rate": {"low": 0.0005, "high": 0.02, "log": true}, "batch_size": [16, 32]}, "score": {"gap_limit": 0.02, "gap_penalty": 1.0, "epoch": "best"}, "track": [{"name": "A", "test_accuracy_above": 0.96, "gap_below": 0.02}, {"name": "B", "test_accuracy_above": 0.975}], "start": [{"name": "lesson", "width": 128, "depth": 3, "dropout": 0.3, "batch_norm": true, "learning_rate": 0.001, "batch_size": 64, "schedule": "constant", "weight_decay": 0.0, "label_smoothing": 0.0, "input_noise": 0.0, "mixup": 0.0, "weight_averaging": 0.0}], "sampler": {"name": "tpe"}, "pruner": {"name": "median"}}');
INSERT INTO "study_user_attributes" VALUES(3,1,'har_search:trials','8');
INSERT INTO "study_user_attributes" VALUES(4,2,'har_search:dataset','{"name": "uci-har", "fingerprint": "a25e5dccc14fa234"}');
INSERT INTO "study_user_attributes" VALUES(5,2,'har_search:spec','{"study": {"name": "several", "description": ""}, "data": {"standardize": "person-ranks"}, "training": {"epochs": 3, "optimizer": "adam", "replicas": 3, "schedule": "constant"}, "recipe": {"depth": 3, "dropout": 0.3, "batch_norm": true, "batch_size": 64, "weight_decay": 0.0, "label_smoothing": 0.0, "input_noise": 0.0, "mixup": 0.0, "weight_averaging": 0.0}, "search": {"width": {"low": 8, "high": 32, "log": false}, "learning_rate": {"low": 0.001, "high": 0.01, "log": true}}, "score": {"gap_limit": 0.02, "gap_penalty": 1.0, "epoch": "last"}, "track": [{"name": "A", "test_accuracy_above": 0.96, "gap_below": 0.02}, {"name": "B", "test_accuracy_above": 0.975}], "start": [{"name": "lesson", "width": 128, "depth": 3, "dropout": 0.3, "batch_norm": true, "learning_rate": 0.001, "batch_size": 64, "schedule": "constant", "weight_decay": 0.0, "label_smoothing": 0.0, "input_noise": 0.0, "mixup": 0.0, "weight_averaging": 0.0}], "sampler": {"name": "tpe"}, "pruner": {"name": "wilcoxon", "p_threshold": 0.26}}');
INSERT INTO "study_user_attributes" VALUES(6,2,'har_search:trials','3');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,1,3,4.31458333333333388104e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,1,4,0.785625,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,0.5,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,2,2,8.11666666666666647422e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,2,3,9.8958333333333337034e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,2,4,1.0,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,3,1,1.65833333333333304837e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,3,2,3.02083333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,3,3,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,3,4,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,4,1,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,4,2,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,4,3,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,4,4,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,5,1,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,5,2,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,5,3,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,5,4,1.76250000000000017763e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,6,1,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,7,1,7.17916666666666647422e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,7,2,9.47083333333333388104e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,7,3,9.79166666666666629659e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,7,4,1.0,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,8,1,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,9,0,7.54375000000000128785e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,9,1,6.03333333333333388104e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,9,2,0.441875,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,10,0,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,10,1,0.3125,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,10,3,2.39583333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,11,0,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,11,1,4.89583333333333314829e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,11,3,0.328125,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'width',64.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(2,1,'dropout',0.3,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(3,1,'batch_norm',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(4,1,'learning_rate',0.001,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(5,1,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(6,2,'width',39.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(7,2,'dropout',3.00000000000000044408e-01,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(8,2,'batch_norm',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(9,2,'learning_rate',1.37815143689676792432e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(10,2,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(11,3,'width',28.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(12,3,'dropout',0.4,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(13,3,'batch_norm',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(14,3,'learning_rate',7.18586553103075392247e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(15,3,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(16,4,'width',12.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(17,4,'dropout',0.4,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(18,4,'batch_norm',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(19,4,'learning_rate',6.5502048913305688238e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(20,4,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(21,5,'width',12.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(22,5,'dropout',3.00000000000000044408e-01,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(23,5,'batch_norm',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(24,5,'learning_rate',1.74091859617645254229e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(25,5,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(26,6,'width',8.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(27,6,'dropout',3.00000000000000044408e-01,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(28,6,'batch_norm',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(29,6,'learning_rate',6.07927320668541493198e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(30,6,'batch_size',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(31,7,'width',26.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(32,7,'dropout',0.1,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(33,7,'batch_norm',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(34,7,'learning_rate',4.5299956613782214887e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(35,7,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(36,8,'width',11.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 64}}');
INSERT INTO "trial_params" VALUES(37,8,'dropout',0.4,'{"name": "FloatDistribution", "attributes": {"step": 0.1, "low": 0.0, "high": 0.5, "log": false}}');
INSERT INTO "trial_params" VALUES(38,8,'batch_norm',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [true, false]}}');
INSERT INTO "trial_params" VALUES(39,8,'learning_rate',5.37917728793558874364e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0005, "high": 0.02, "log": true}}');
INSERT INTO "trial_params" VALUES(40,8,'batch_size',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [16, 32]}}');
INSERT INTO "trial_params" VALUES(41,9,'width',32.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 32}}');
INSERT INTO "trial_params" VALUES(42,9,'learning_rate',0.001,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.01, "log": true}}');
INSERT INTO "trial_params" VALUES(43,10,'width',22.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 32}}');
INSERT INTO "trial_params" VALUES(44,10,'learning_rate',1.08735468044096096618e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.01, "log": true}}');
INSERT INTO "trial_params" VALUES(45,11,'width',17.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 8, "high": 32}}');
INSERT INTO "trial_params" VALUES(46,11,'learning_rate',6.23219594436464144338e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.001, "high": 0.01, "log": true}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'fixed_params','{"width": 64, "dropout": 0.3, "batch_norm": true, "learning_rate": 0.001, "batch_size": 16}');
INSERT INTO "trial_system_attributes" VALUES(2,1,'artifacts:fc6a1dd1-d677-4aeb-a6d7-413d8df3b290','"{\"artifact_id\": \"fc6a1dd1-d677-4aeb-a6d7-413d8df3b290\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(3,1,'artifacts:61eb8d7f-ca64-48b4-ac1b-2ae23d17def7','"{\"artifact_id\": \"61eb8d7f-ca64-48b4-ac1b-2ae23d17def7\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(4,2,'artifacts:daaaf84d-d7eb-49b1-b063-f573834d180b','"{\"artifact_id\": \"daaaf84d-d7eb-49b1-b063-f573834d180b\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(5,2,'artifacts:aa76aa94-15bc-46cc-909f-5d9ad0e49fbf','"{\"artifact_id\": \"aa76aa94-15bc-46cc-909f-5d9ad0e49fbf\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(6,3,'artifacts:4093cb74-9897-4b48-98bc-fc49785a6577','"{\"artifact_id\": \"4093cb74-9897-4b48-98bc-fc49785a6577\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(7,3,'artifacts:31f0e990-3611-43dc-a882-a51a53bf7216','"{\"artifact_id\": \"31f0e990-3611-43dc-a882-a51a53bf7216\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(8,4,'artifacts:87e15daa-97e3-48a8-ac6f-ee17acccdc6b','"{\"artifact_id\": \"87e15daa-97e3-48a8-ac6f-ee17acccdc6b\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(9,4,'artifacts:648610bd-9607-4325-8d7b-1a56e7918a77','"{\"artifact_id\": \"648610bd-9607-4325-8d7b-1a56e7918a77\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(10,5,'artifacts:91a9fed8-df7a-4802-be2a-8ffb64f9528a','"{\"artifact_id\": \"91a9fed8-df7a-4802-be2a-8ffb64f9528a\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(11,5,'artifacts:5a0e0d50-90df-4028-8ac4-f8256700d828','"{\"artifact_id\": \"5a0e0d50-90df-4028-8ac4-f8256700d828\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(12,6,'artifacts:36b278ac-b922-4be8-9293-7ab8fa5b5c92','"{\"artifact_id\": \"36b278ac-b922-4be8-9293-7ab8fa5b5c92\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(13,6,'artifacts:8fe325de-0b91-4cb6-9d2a-1c7bf6767bd7','"{\"artifact_id\": \"8fe325de-0b91-4cb6-9d2a-1c7bf6767bd7\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(14,7,'artifacts:45bf47b7-0a19-4c06-934b-492ffdf35769','"{\"artifact_id\": \"45bf47b7-0a19-4c06-934b-492ffdf35769\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(15,7,'artifacts:6ca11409-2b07-4c41-ae5b-0ef3d83e996d','"{\"artifact_id\": \"6ca11409-2b07-4c41-ae5b-0ef3d83e996d\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(16,8,'artifacts:6dc3b3d7-fd6b-4a51-9e4c-51557cc29209','"{\"artifact_id\": \"6dc3b3d7-fd6b-4a51-9e4c-51557cc29209\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(17,8,'artifacts:c94d08fa-395b-4ae7-8678-b91596b768bc','"{\"artifact_id\": \"c94d08fa-395b-4ae7-8678-b91596b768bc\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(18,1,'artifacts:2475154a-2526-4391-ad91-c1c1ca7c556f','"{\"artifact_id\": \"2475154a-2526-4391-ad91-c1c1ca7c556f\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(19,1,'artifacts:160ac3d3-a7b8-4a67-99af-03858216563f','"{\"artifact_id\": \"160ac3d3-a7b8-4a67-99af-03858216563f\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(20,2,'artifacts:3e4635c8-7c80-4839-b5ea-3a3226043a65','"{\"artifact_id\": \"3e4635c8-7c80-4839-b5ea-3a3226043a65\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(21,2,'artifacts:3f84db57-223c-44b4-974a-acd75c6cecd6','"{\"artifact_id\": \"3f84db57-223c-44b4-974a-acd75c6cecd6\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(22,7,'artifacts:a23fa0b8-121e-4d32-8fc9-8ac15814eeba','"{\"artifact_id\": \"a23fa0b8-121e-4d32-8fc9-8ac15814eeba\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(23,7,'artifacts:50599f2c-1cd6-4a58-bef9-6b6eda24e33a','"{\"artifact_id\": \"50599f2c-1cd6-4a58-bef9-6b6eda24e33a\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(24,4,'artifacts:ba146445-03a5-4055-a3cb-c9cfecb3aaf5','"{\"artifact_id\": \"ba146445-03a5-4055-a3cb-c9cfecb3aaf5\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(25,4,'artifacts:76321234-5dfa-409d-beb1-a41d47dfb12c','"{\"artifact_id\": \"76321234-5dfa-409d-beb1-a41d47dfb12c\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(26,3,'artifacts:925d9b01-0f51-4688-85ad-dd1089779561','"{\"artifact_id\": \"925d9b01-0f51-4688-85ad-dd1089779561\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(27,3,'artifacts:1b1696d2-57e1-4760-a844-c6125d980bfe','"{\"artifact_id\": \"1b1696d2-57e1-4760-a844-c6125d980bfe\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(28,5,'artifacts:fe1b802f-4bf2-4bf3-a0fd-3c258f0f900c','"{\"artifact_id\": \"fe1b802f-4bf2-4bf3-a0fd-3c258f0f900c\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(29,5,'artifacts:280b3303-5dab-4842-9435-719ebc9e108a','"{\"artifact_id\": \"280b3303-5dab-4842-9435-719ebc9e108a\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(30,8,'artifacts:10e051f9-b9d6-4968-bd15-36e5f8848620','"{\"artifact_id\": \"10e051f9-b9d6-4968-bd15-36e5f8848620\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(31,8,'artifacts:8ae95cb5-2650-4a8f-8651-351f3018dda2','"{\"artifact_id\": \"8ae95cb5-2650-4a8f-8651-351f3018dda2\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(32,6,'artifacts:51c0108b-5f47-42e1-997d-ca0323a07f86','"{\"artifact_id\": \"51c0108b-5f47-42e1-997d-ca0323a07f86\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(33,6,'artifacts:dbbd6338-101e-4811-9022-8b9bd7ac376e','"{\"artifact_id\": \"dbbd6338-101e-4811-9022-8b9bd7ac376e\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(34,9,'fixed_params','{"width": 32, "learning_rate": 0.001}');
INSERT INTO "trial_system_attributes" VALUES(35,9,'artifacts:f4acbd3c-ac68-4d3c-bec1-081935ad4bf8','"{\"artifact_id\": \"f4acbd3c-ac68-4d3c-bec1-081935ad4bf8\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(36,9,'artifacts:0b61a9b6-ba75-4a21-b765-ce1cf6db5198','"{\"artifact_id\": \"0b61a9b6-ba75-4a21-b765-ce1cf6db5198\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(37,9,'artifacts:052914f5-998a-41c5-ba7e-868668710265','"{\"artifact_id\": \"052914f5-998a-41c5-ba7e-868668710265\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(38,9,'artifacts:78a24935-a60c-4c7c-9299-5003de7dcd60','"{\"artifact_id\": \"78a24935-a60c-4c7c-9299-5003de7dcd60\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(39,10,'artifacts:80194b19-79a7-45b8-b032-361aa3cc413d','"{\"artifact_id\": \"80194b19-79a7-45b8-b032-361aa3cc413d\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(40,10,'artifacts:340b5adc-4c12-48ed-9612-406053671829','"{\"artifact_id\": \"340b5adc-4c12-48ed-9612-406053671829\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(41,11,'artifacts:f01bec3f-a3ea-44d1-9df0-3b22fb312683','"{\"artifact_id\": \"f01bec3f-a3ea-44d1-9df0-3b22fb312683\", \"filename\": \"epochs.csv\", \"mimetype\": \"text/csv\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(42,11,'artifacts:2aa56d76-d746-4452-9a9f-64a5d3a45b3f','"{\"artifact_id\": \"2aa56d76-d746-4452-9a9f-64a5d3a45b3f\", \"filename\": \"weights.safetensors\", \"mimetype\": \"application/octet-stream\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(43,11,'artifacts:923b6b56-8a96-4351-a925-311fb84150a2','"{\"artifact_id\": \"923b6b56-8a96-4351-a925-311fb84150a2\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(44,11,'artifacts:e952d5a9-e178-433b-a622-651c65f64277','"{\"artifact_id\": \"e952d5a9-e178-433b-a622-651c65f64277\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(45,10,'artifacts:fa0a8318-e7a7-45d2-b775-8c9e768205db','"{\"artifact_id\": \"fa0a8318-e7a7-45d2-b775-8c9e768205db\", \"filename\": \"learning-curve.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
INSERT INTO "trial_system_attributes" VALUES(46,10,'artifacts:7ab89a68-f3bb-4093-a8ac-836ddebda9b5','"{\"artifact_id\": \"7ab89a68-f3bb-4093-a8ac-836ddebda9b5\", \"filename\": \"confusion-matrix.png\", \"mimetype\": \"image/png\", \"encoding\": null}"');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'start','"lesson"');
INSERT INTO "trial_user_attributes" VALUES(2,1,'test_accuracy','0.875');
INSERT INTO "trial_user_attributes" VALUES(3,1,'train_accuracy','0.984375');
INSERT INTO "trial_user_attributes" VALUES(4,1,'running_train_accuracy','0.9739583333333334');
INSERT INTO "trial_user_attributes" VALUES(5,1,'gap','0.109375');
INSERT INTO "trial_user_attributes" VALUES(6,1,'epoch','4');
INSERT INTO "trial_user_attributes" VALUES(7,1,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(8,1,'parameters','82726');
INSERT INTO "trial_user_attributes" VALUES(9,1,'seconds','0.11');
INSERT INTO "trial_user_attributes" VALUES(10,1,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(11,1,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(12,1,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(13,1,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(14,1,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(15,1,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(16,1,'seed','16823399');
INSERT INTO "trial_user_attributes" VALUES(17,2,'test_accuracy','1.0');
INSERT INTO "trial_user_attributes" VALUES(18,2,'train_accuracy','1.0');
INSERT INTO "trial_user_attributes" VALUES(19,2,'running_train_accuracy','1.0');
INSERT INTO "trial_user_attributes" VALUES(20,2,'gap','0.0');
INSERT INTO "trial_user_attributes" VALUES(21,2,'epoch','4');
INSERT INTO "trial_user_attributes" VALUES(22,2,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(23,2,'parameters','22918');
INSERT INTO "trial_user_attributes" VALUES(24,2,'seconds','0.021');
INSERT INTO "trial_user_attributes" VALUES(25,2,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(26,2,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(27,2,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(28,2,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(29,2,'track_a','1');
INSERT INTO "trial_user_attributes" VALUES(30,2,'track_b','1');
INSERT INTO "trial_user_attributes" VALUES(31,2,'seed','3796490668');
INSERT INTO "trial_user_attributes" VALUES(32,3,'test_accuracy','0.3333333333333333');
INSERT INTO "trial_user_attributes" VALUES(33,3,'train_accuracy','0.3333333333333333');
INSERT INTO "trial_user_attributes" VALUES(34,3,'running_train_accuracy','0.3229166666666667');
INSERT INTO "trial_user_attributes" VALUES(35,3,'gap','0.0');
INSERT INTO "trial_user_attributes" VALUES(36,3,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(37,3,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(38,3,'parameters','16295');
INSERT INTO "trial_user_attributes" VALUES(39,3,'seconds','0.014');
INSERT INTO "trial_user_attributes" VALUES(40,3,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(41,3,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(42,3,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(43,3,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(44,3,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(45,3,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(46,3,'seed','3226123765');
INSERT INTO "trial_user_attributes" VALUES(47,4,'test_accuracy','0.3333333333333333');
INSERT INTO "trial_user_attributes" VALUES(48,4,'train_accuracy','0.328125');
INSERT INTO "trial_user_attributes" VALUES(49,4,'running_train_accuracy','0.21875');
INSERT INTO "trial_user_attributes" VALUES(50,4,'gap','-0.005208333333333315');
INSERT INTO "trial_user_attributes" VALUES(51,4,'epoch','1');
INSERT INTO "trial_user_attributes" VALUES(52,4,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(53,4,'parameters','6930');
INSERT INTO "trial_user_attributes" VALUES(54,4,'seconds','0.018');
INSERT INTO "trial_user_attributes" VALUES(55,4,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(56,4,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(57,4,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(58,4,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(59,4,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(60,4,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(61,4,'seed','727168946');
INSERT INTO "trial_user_attributes" VALUES(62,5,'test_accuracy','0.17708333333333334');
INSERT INTO "trial_user_attributes" VALUES(63,5,'train_accuracy','0.19791666666666666');
INSERT INTO "trial_user_attributes" VALUES(64,5,'running_train_accuracy','0.18229166666666666');
INSERT INTO "trial_user_attributes" VALUES(65,5,'gap','0.020833333333333315');
INSERT INTO "trial_user_attributes" VALUES(66,5,'epoch','4');
INSERT INTO "trial_user_attributes" VALUES(67,5,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(68,5,'parameters','6906');
INSERT INTO "trial_user_attributes" VALUES(69,5,'seconds','0.011');
INSERT INTO "trial_user_attributes" VALUES(70,5,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(71,5,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(72,5,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(73,5,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(74,5,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(75,5,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(76,5,'seed','278233753');
INSERT INTO "trial_user_attributes" VALUES(77,6,'test_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(78,6,'train_accuracy','0.17708333333333334');
INSERT INTO "trial_user_attributes" VALUES(79,6,'running_train_accuracy','0.17708333333333334');
INSERT INTO "trial_user_attributes" VALUES(80,6,'gap','0.010416666666666685');
INSERT INTO "trial_user_attributes" VALUES(81,6,'epoch','1');
INSERT INTO "trial_user_attributes" VALUES(82,6,'epochs','1');
INSERT INTO "trial_user_attributes" VALUES(83,6,'parameters','4650');
INSERT INTO "trial_user_attributes" VALUES(84,6,'seconds','0.016');
INSERT INTO "trial_user_attributes" VALUES(85,6,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(86,6,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(87,6,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(88,6,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(89,6,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(90,6,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(91,6,'seed','1608096988');
INSERT INTO "trial_user_attributes" VALUES(92,7,'test_accuracy','1.0');
INSERT INTO "trial_user_attributes" VALUES(93,7,'train_accuracy','1.0');
INSERT INTO "trial_user_attributes" VALUES(94,7,'running_train_accuracy','0.9739583333333334');
INSERT INTO "trial_user_attributes" VALUES(95,7,'gap','0.0');
INSERT INTO "trial_user_attributes" VALUES(96,7,'epoch','4');
INSERT INTO "trial_user_attributes" VALUES(97,7,'epochs','4');
INSERT INTO "trial_user_attributes" VALUES(98,7,'parameters','15141');
INSERT INTO "trial_user_attributes" VALUES(99,7,'seconds','0.032');
INSERT INTO "trial_user_attributes" VALUES(100,7,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(101,7,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(102,7,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(103,7,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(104,7,'track_a','1');
INSERT INTO "trial_user_attributes" VALUES(105,7,'track_b','1');
INSERT INTO "trial_user_attributes" VALUES(106,7,'seed','1827940263');
INSERT INTO "trial_user_attributes" VALUES(107,8,'test_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(108,8,'train_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(109,8,'running_train_accuracy','0.171875');
INSERT INTO "trial_user_attributes" VALUES(110,8,'gap','0.0');
INSERT INTO "trial_user_attributes" VALUES(111,8,'epoch','1');
INSERT INTO "trial_user_attributes" VALUES(112,8,'epochs','1');
INSERT INTO "trial_user_attributes" VALUES(113,8,'parameters','6360');
INSERT INTO "trial_user_attributes" VALUES(114,8,'seconds','0.008');
INSERT INTO "trial_user_attributes" VALUES(115,8,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(116,8,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(117,8,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(118,8,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(119,8,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(120,8,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(121,8,'seed','2524741263');
INSERT INTO "trial_user_attributes" VALUES(122,9,'start','"lesson"');
INSERT INTO "trial_user_attributes" VALUES(123,9,'test_accuracy','0.7118055555555557');
INSERT INTO "trial_user_attributes" VALUES(124,9,'train_accuracy','0.84375');
INSERT INTO "trial_user_attributes" VALUES(125,9,'running_train_accuracy','0.7083333333333334');
INSERT INTO "trial_user_attributes" VALUES(126,9,'gap','0.1319444444444443');
INSERT INTO "trial_user_attributes" VALUES(127,9,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(128,9,'epochs','3');
INSERT INTO "trial_user_attributes" VALUES(129,9,'parameters','82726');
INSERT INTO "trial_user_attributes" VALUES(130,9,'seconds','0.042');
INSERT INTO "trial_user_attributes" VALUES(131,9,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(132,9,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(133,9,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(134,9,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(135,9,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(136,9,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(137,9,'replicas','3');
INSERT INTO "trial_user_attributes" VALUES(138,9,'test_accuracy_sd','0.11982940226900972');
INSERT INTO "trial_user_attributes" VALUES(139,9,'first_test_accuracy','0.8333333333333334');
INSERT INTO "trial_user_attributes" VALUES(140,9,'first_train_accuracy','0.9322916666666666');
INSERT INTO "trial_user_attributes" VALUES(141,9,'seed','3060664978');
INSERT INTO "trial_user_attributes" VALUES(142,10,'test_accuracy','0.23958333333333331');
INSERT INTO "trial_user_attributes" VALUES(143,10,'train_accuracy','0.24739583333333331');
INSERT INTO "trial_user_attributes" VALUES(144,10,'running_train_accuracy','0.23177083333333331');
INSERT INTO "trial_user_attributes" VALUES(145,10,'gap','0.0078125');
INSERT INTO "trial_user_attributes" VALUES(146,10,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(147,10,'epochs','3');
INSERT INTO "trial_user_attributes" VALUES(148,10,'parameters','12775');
INSERT INTO "trial_user_attributes" VALUES(149,10,'seconds','0.714');
INSERT INTO "trial_user_attributes" VALUES(150,10,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(151,10,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(152,10,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(153,10,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(154,10,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(155,10,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(156,10,'replicas','2');
INSERT INTO "trial_user_attributes" VALUES(157,10,'test_accuracy_sd','0.10311973892303819');
INSERT INTO "trial_user_attributes" VALUES(158,10,'first_test_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(159,10,'first_train_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(160,10,'seed','1175807978');
INSERT INTO "trial_user_attributes" VALUES(161,11,'test_accuracy','0.328125');
INSERT INTO "trial_user_attributes" VALUES(162,11,'train_accuracy','0.3333333333333333');
INSERT INTO "trial_user_attributes" VALUES(163,11,'running_train_accuracy','0.3072916666666667');
INSERT INTO "trial_user_attributes" VALUES(164,11,'gap','0.005208333333333315');
INSERT INTO "trial_user_attributes" VALUES(165,11,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(166,11,'epochs','3');
INSERT INTO "trial_user_attributes" VALUES(167,11,'parameters','9828');
INSERT INTO "trial_user_attributes" VALUES(168,11,'seconds','0.017');
INSERT INTO "trial_user_attributes" VALUES(169,11,'student','"ann"');
INSERT INTO "trial_user_attributes" VALUES(170,11,'dataset','"uci-har"');
INSERT INTO "trial_user_attributes" VALUES(171,11,'device','"cpu"');
INSERT INTO "trial_user_attributes" VALUES(172,11,'versions','"har-search 0.1.0, torch 2.13.0+cpu, optuna 5.0.0, numpy 2.4.6, python 3.11.7, Linux x86_64 AVX512"');
INSERT INTO "trial_user_attributes" VALUES(173,11,'track_a','0');
INSERT INTO "trial_user_attributes" VALUES(174,11,'track_b','0');
INSERT INTO "trial_user_attributes" VALUES(175,11,'replicas','2');
INSERT INTO "trial_user_attributes" VALUES(176,11,'test_accuracy_sd','0.22833656475815597');
INSERT INTO "trial_user_attributes" VALUES(177,11,'first_test_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(178,11,'first_train_accuracy','0.16666666666666666');
INSERT INTO "trial_user_attributes" VALUES(179,11,'seed','3511039330');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,0.785625,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,3.33333333333333314829e-01,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,1.76250000000000017763e-01,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_values" VALUES(7,7,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(8,8,0,1.66666666666666657414e-01,'FINITE');
INSERT INTO "trial_values" VALUES(9,9,0,5.99861111111111400262e-01,'FINITE');
INSERT INTO "trial_values" VALUES(10,10,0,2.39583333333333314829e-01,'FINITE');
INSERT INTO "trial_values" VALUES(11,11,0,0.328125,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-24 21:35:40.111695','2026-11-24 21:35:40.334928');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-24 21:35:40.355362','2026-11-24 21:35:40.414826');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-11-24 21:35:40.429782','2026-11-24 21:35:40.468923');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-11-24 21:35:40.476550','2026-11-24 21:35:40.514075');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-11-24 21:35:40.523119','2026-11-24 21:35:40.553388');
INSERT INTO "trials" VALUES(6,5,1,'PRUNED','2026-11-24 21:35:40.561111','2026-11-24 21:35:40.604303');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-11-24 21:35:40.614913','2026-11-24 21:35:40.669217');
INSERT INTO "trials" VALUES(8,7,1,'PRUNED','2026-11-24 21:35:40.677198','2026-11-24 21:35:40.708447');
INSERT INTO "trials" VALUES(9,0,2,'COMPLETE','2026-11-24 21:35:45.351847','2026-11-24 21:35:45.435751');
INSERT INTO "trials" VALUES(10,1,2,'PRUNED','2026-11-24 21:35:45.448075','2026-11-24 21:35:46.183728');
INSERT INTO "trials" VALUES(11,2,2,'PRUNED','2026-11-24 21:35:46.191663','2026-11-24 21:35:46.227959');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE INDEX ix_har_search_claims_study_name ON har_search_claims (study_name);
COMMIT;
